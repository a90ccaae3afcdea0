# What every sample plays on: a trust domain, the broker with its embedded store, and the orders API, in one temporary folder that is gone
# when the sample ends, however it ends. Sourced from the root of the repository.
. scripts/say.sh
. scripts/build.sh
. scripts/processes.sh

ROOT=$PWD
TRUST_DOMAIN=acme.test
START_SECONDS=60
AGENT_SECONDS=120

# open_stage NAME — the last line of its output is "NAME: ok" or "NAME: failed".
open_stage() {
  PLAY=$1
  SCRATCH=$(mktemp -d)
  # Whatever the programs put into a temporary folder goes with ours.
  mkdir "$SCRATCH/tmp"
  export TMPDIR=$SCRATCH/tmp
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  command -v dotnet >/dev/null || fail "Install first: the .NET 10 SDK."
}

close_stage() { step "Stopping everything"; }

clean_up() {
  local code=$?
  trap '' INT TERM HUP
  stop_all || code=1
  case $code in
    0 | 129 | 130 | 143) ;;
    *) show_logs >&2 ;;
  esac
  rm -rf "$SCRATCH"
  case $code in
    0) say "$PLAY: ok" ;;
    129 | 130 | 143) say "$PLAY: interrupted" >&2 ;;
    *) say "$PLAY: failed" >&2 ;;
  esac
  exit "$code"
}

show_logs() {
  local log
  for log in "$SCRATCH"/*.log; do
    [[ -s $log ]] || continue
    printf '\n-- last lines of %s\n' "$(basename "$log" .log)"
    tail -n 30 "$log"
  done
}

program() { printf '%s\n' "$ROOT/$1/bin/Debug/net10.0/$(basename "$1").dll"; }

# CREDBROKER_BUILT=1: everything is built already.
build_programs() {
  [[ ${CREDBROKER_BUILT:-} != 1 ]] || return 0
  step "Building"
  start build "$ROOT" dotnet build samples/demo.slnf -warnaserror -warnnotaserror:NU1900 --disable-build-servers --verbosity quiet
  await_end build 900
}

make_trust_domain() {
  step "A trust domain for this sample: $TRUST_DOMAIN"
  issuer init --trust-domain "$TRUST_DOMAIN" --out "$SCRATCH/trust"
  evidence service/orders-api orders-api.jwt
}

# evidence PATH FILE
evidence() {
  issuer issue --dir "$SCRATCH/trust" --subject "spiffe://$TRUST_DOMAIN/$1" --audience credbroker --ttl 10m --out "$SCRATCH/$2"
  say "evidence for spiffe://$TRUST_DOMAIN/$1, good for 10 minutes"
}

issuer() {
  start issuer "$ROOT" dotnet "$(program samples/DevIssuer)" "$@"
  await_end issuer "$START_SECONDS"
}

start_broker() {
  step "The broker, with its embedded store"
  ASPNETCORE_ENVIRONMENT=Development \
    Data__Path=$SCRATCH/data \
    Templates__Path=$ROOT/samples/catalogue \
    Policies__Path=$ROOT/samples/policies/starter \
    Storage__Redis__ConnectionString='' \
    Attestation__SpiffeJwt__TrustDomains__0__Name=$TRUST_DOMAIN \
    Attestation__SpiffeJwt__TrustDomains__0__BundleFile=$SCRATCH/trust/bundle.json \
    Listen__Grpc=http://127.0.0.1:0 \
    Listen__Http=http://127.0.0.1:0 \
    start broker "$ROOT/src/CredBroker.Server" dotnet "$(program src/CredBroker.Server)"
  await broker "$START_SECONDS" test -s "$SCRATCH/data/run/endpoints.json"
  BROKER_GRPC=$(endpoint grpc)
  BROKER_HTTP=$(endpoint http)
  await broker "$START_SECONDS" answers_200 "$BROKER_HTTP/readyz"
  say "listens on $BROKER_GRPC (gRPC) and $BROKER_HTTP (HTTP)"
}

endpoint() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$SCRATCH/data/run/endpoints.json"; }

start_orders_api() {
  step "The orders API, a service that accepts the broker's tokens"
  ASPNETCORE_ENVIRONMENT=Production \
    Broker__Authority=$BROKER_HTTP \
    Broker__Address=$BROKER_GRPC \
    Broker__EvidenceFile=$SCRATCH/orders-api.jwt \
    Logging__LogLevel__Microsoft=Information \
    start orders-api "$ROOT/samples/OrdersApi" dotnet "$(program samples/OrdersApi)" --urls http://127.0.0.1:0
  await orders-api "$START_SECONDS" grep -q 'Now listening on' "$SCRATCH/orders-api.log"
  ORDERS_API=$(sed -n 's/.*Now listening on: \(http:[^ ]*\).*/\1/p' "$SCRATCH/orders-api.log" | head -n 1)
  await orders-api "$START_SECONDS" answers_200 "$ORDERS_API/healthz"
  say "listens on $ORDERS_API and follows the broker's revocations"
}
