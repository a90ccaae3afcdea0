#!/usr/bin/env bash
# The agent in TypeScript, on a stage of its own: one command, nothing is left.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. samples/stage.sh

FOLDER=$ROOT/samples/agent-in-typescript

compile_agent() {
  step "The agent's packages and its code"
  start compile "$FOLDER" bash -c 'npm ci --loglevel=error && npm run --silent build'
  await_end compile 300
}

run_agent() {
  step "The agent"
  CREDBROKER_ADDRESS=$BROKER_GRPC CREDBROKER_EVIDENCE_FILE=$SCRATCH/agent.jwt ORDERS_API_URL=$ORDERS_API \
    start_visible agent node "$FOLDER/build/src/main.js"
  await_end agent "$AGENT_SECONDS"
}

open_stage agent-in-typescript
build_programs
compile_agent
make_trust_domain
evidence agent/typescript agent.jwt
start_broker
start_orders_api
run_agent
close_stage
