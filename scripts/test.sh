# Running the tests. Sourced from the root of the repository, after lint.sh.

RESULTS_FOLDER=artifacts/test-results

run_tests() {
  local filter='Category!=Long' build=build_without_analyzers
  read_test_arguments "$@"
  require_tools
  require_stores
  restore
  "$build" --no-restore
  step "Lint: protos"
  lint_protos
  compile_ahead_of_time
  test_assemblies "$filter"
}

# Leaves the filter, and how to build, in the caller's variables.
read_test_arguments() {
  local only=
  while [[ $# -gt 0 ]]; do
    case $1 in
      --long) filter= ;;
      --strict) build=build ;;
      --filter)
        [[ -n ${2:-} ]] || fail "--filter needs a filter, such as Category=Store."
        only=$2
        shift
        ;;
      *) fail "test does not know '$1'." ;;
    esac
    shift
  done
  [[ -z $only ]] || filter="($only)${filter:+&($filter)}"
}

require_stores() {
  require_commands redis-server=redis-server redis-sentinel=redis-sentinel redis-cli=redis-tools || return
  require_postgres
}

require_postgres() {
  ! has_postgres || return 0
  can_install || fail "Install first: postgresql (apt-get install, as root)." || return
  say "Installing postgresql"
  install_packages postgresql || fail "apt-get could not install: postgresql"
}

# Debian keeps the server's programs off the path, one folder for each version.
has_postgres() {
  command -v psql >/dev/null && { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
}

# Without it the tests are right and take longer.
compile_ahead_of_time() {
  step "Compile ahead of time what tests start"
  node scripts/ahead-of-time.mjs tests/CredBroker.Server.Tests/bin/Debug/net10.0 || say "It could not be done: brokers start more slowly."
}

# One assembly after the other: each brings its own servers, and two cores carry one set. Brokers are started by the hundred and live for
# seconds: what the runtime does for long lives costs them a seventh of their start.
test_assemblies() {
  local filter=$1 project name code outcomes=()
  rm -rf "$RESULTS_FOLDER"
  for project in tests/*Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    step "Tests of $name"
    code=0
    CREDBROKER_REQUIRE_STORES=1 DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=1000 DOTNET_EnableWriteXorExecute=0 \
      dotnet test "$project" --no-build --verbosity quiet ${filter:+--filter "$filter"} \
      --results-directory "$RESULTS_FOLDER" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
      --blame-hang-timeout 10m --blame-hang-dump-type none || code=$?
    outcomes+=("$name=$code")
  done
  step "Tests"
  node scripts/count-results.mjs "$RESULTS_FOLDER" "${outcomes[@]}"
}
