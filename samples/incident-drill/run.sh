#!/usr/bin/env bash
# An incident, played through: an agent's token has leaked; a responder finds it, sees how far it reaches, kills it, and lets the
# agent work again. One command, nothing is left. The steps are those of docs/incident-runbook.md.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. samples/stage.sh

SUSPECT=spiffe://$TRUST_DOMAIN/agent/suspect

# As the agent, with its evidence and the token of its task.
agent() { CREDBROKER_EVIDENCE_FILE=$SCRATCH/suspect.jwt CREDBROKER_TASK_TOKEN_FILE=$SCRATCH/task credbroker "$@"; }

# As the operator on call; the token file is the one that a broker in Development writes.
responder() { CREDBROKER_OPERATOR_TOKEN_FILE=$SCRATCH/data/operators.json credbroker "$@"; }

credbroker() { CREDBROKER_ADDRESS=$BROKER_GRPC dotnet "$(program src/CredBroker.Cli)" "$@"; }

# told COMMAND… — shows a command before it is run.
told() {
  printf '$ credbroker %s\n' "${*:2}" >&2
  "$@"
}

# A member of a JSON document on standard input: field .a.b
field() { node -e 'const read = require("fs").readFileSync(0, "utf8"); console.log(process.argv[1].split(".").slice(1).reduce((at, name) => at[name], JSON.parse(read)))' "$1"; }

# What the orders API says to the leaked token.
answer_to_thief() (
  address=${ORDERS_API#http://}
  exec 3<>"/dev/tcp/${address%%:*}/${address##*:}"
  printf 'GET /orders HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' "$address" "$(<"$SCRATCH/leaked")" >&3
  read -r -t 10 _ status _ <&3
  printf '%s\n' "$status"
)

thief_gets() { [[ $(answer_to_thief) == "$1" ]]; }

leak() {
  step "An agent works, and its token leaks"
  agent task open --purpose reconcile-invoices --heartbeat 60s
  agent issue --template orders-api --output json | field .token >"$SCRATCH/leaked"
  thief_gets 200 || fail "The leaked token should work before the drill begins." || return
  say "The thief calls the orders API with it: 200"
}

look() {
  step "The responder looks"
  told responder status
  told responder task list --workload "$SUSPECT" --state open
  told responder revoke preview --workload "$SUSPECT"
}

pull_the_cord() {
  step "The responder pulls the cord"
  told responder revoke run --workload "$SUSPECT" --reason "drill: leaked token" --yes --output json >"$SCRATCH/order.json"
  ORDER=$(field .order.id <"$SCRATCH/order.json")
  FENCE=$(field .order.fence_id <"$SCRATCH/order.json")
  say "order $ORDER is through; fence $FENCE stands"
  await broker 10 thief_gets 401 || fail "The leaked token still works." || return
  say "The thief calls the orders API with it: 401"
  if agent issue --template orders-api >"$SCRATCH/fenced.log" 2>&1; then fail "A new credential came through the fence." || return; fi
  grep -q FENCED "$SCRATCH/fenced.log" || fail "The refusal should name the fence: $(<"$SCRATCH/fenced.log")" || return
  say "The agent asks for another credential: $(<"$SCRATCH/fenced.log")"
  rm "$SCRATCH/fenced.log"
}

report() {
  step "The report"
  told responder revoke report "$ORDER"
}

go_back_to_work() {
  step "The leak is closed, the agent works again"
  told responder fence lift "$FENCE" --reason "drill: over" >"$SCRATCH/lift" || lift_by_two
  agent issue --template orders-api --output json | field .lease_id
  told agent task end --wait 10s
}

# Lifting takes two responders, or one platform-admin.
lift_by_two() {
  cat "$SCRATCH/lift"
  told responder fence lift "$FENCE" --reason "drill: over" --role platform-admin
}

open_stage incident-drill
build_programs
make_trust_domain
evidence agent/suspect suspect.jwt
start_broker
start_orders_api
leak
look
pull_the_cord
report
go_back_to_work
close_stage
