#!/usr/bin/env bash
# Feeds random and damaged inputs to everything that reads bytes of strangers, and prints how many.
#   scripts/fuzz.sh [INPUTS] [SEED]        ten million and a seed of the clock's unless said
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/say.sh

inputs=${1:-10000000}
seed=${2:-$(($(date +%s) % 2000000000))}
[[ $inputs =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] || fail "scripts/fuzz.sh takes how many inputs, and a seed."

step "Fuzz: $inputs inputs, seed $seed"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
CREDBROKER_FUZZ_INPUTS=$inputs CREDBROKER_FUZZ_SEED=$seed \
  dotnet test tests/CredBroker.Server.Tests --configuration "${CONFIGURATION:-Release}" --nologo \
  --filter 'FullyQualifiedName~Fuzzing.FuzzTests' --logger 'console;verbosity=detailed' | tee "$log"
grep -q "fuzzed [0-9]* inputs" "$log" || fail "Nothing was fuzzed."
