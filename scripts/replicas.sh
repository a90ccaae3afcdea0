#!/usr/bin/env bash
# Puts a load on two and three brokers that share a Redis and a Redis Cluster, kills one, stops each in turn, and prints what came of it:
# the rate that was reached, what was lost, how late leases expired, and who did how much of the work.
#   scripts/replicas.sh [RATE] [BETWEEN]   500 issues a second and 2000 issues between two disturbances unless said
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/say.sh

rate=${1:-500}
between=${2:-2000}
[[ $rate =~ ^[1-9][0-9]*$ && $between =~ ^[1-9][0-9]*$ ]] || fail "scripts/replicas.sh takes a rate, and how many issues lie between two disturbances."

step "Replicas: $rate issues a second, $between between two disturbances"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
CREDBROKER_REPLICAS_RATE=$rate CREDBROKER_REPLICAS_BETWEEN=$between \
  dotnet test tests/CredBroker.Server.Tests --configuration "${CONFIGURATION:-Release}" --nologo \
  --filter 'FullyQualifiedName~Replicas.ReplicaEnduranceTests' --logger 'console;verbosity=detailed' | tee "$log"
grep -q '"asked_rate"' "$log" || fail "Nothing was loaded."
