#!/usr/bin/env bash
# The agent in shell, wrapped by `credbroker exec`, on a stage of its own: one command, nothing is left.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. samples/stage.sh

run_agent() {
  step "The agent"
  CREDBROKER_ADDRESS=$BROKER_GRPC CREDBROKER_EVIDENCE_FILE=$SCRATCH/agent.jwt ORDERS_API_URL=$ORDERS_API \
    start_visible agent dotnet "$(program src/CredBroker.Cli)" exec --template orders-api --capability read \
    --purpose reconcile-invoices --intent "match March invoices to payments" -- samples/agent-in-shell/agent.sh
  await_end agent "$AGENT_SECONDS"
}

open_stage agent-in-shell
build_programs
make_trust_domain
evidence agent/shell agent.jwt
start_broker
start_orders_api
run_agent
close_stage
