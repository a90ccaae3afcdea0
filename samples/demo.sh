#!/usr/bin/env bash
# The whole story on one machine: a trust domain, the broker, a service, an agent. Everything lives in one temporary folder, and
# nothing is left when it ends, however it ends.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. samples/stage.sh

run_agent() {
  step "The agent"
  CREDBROKER_ADDRESS=$BROKER_GRPC CREDBROKER_EVIDENCE_FILE=$SCRATCH/agent.jwt ORDERS_API_URL=$ORDERS_API \
    start_visible agent dotnet "$(program samples/QuickStart)"
  await_end agent "$AGENT_SECONDS"
}

open_stage demo
build_programs
make_trust_domain
evidence agent/quickstart agent.jwt
start_broker
start_orders_api
run_agent
close_stage
