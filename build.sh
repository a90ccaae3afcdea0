#!/usr/bin/env bash
# Everything that is done to this repository, by verb. Needs the .NET SDK, Node.js with npm, and git.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/say.sh
. scripts/packages.sh
. scripts/build.sh
. scripts/lint.sh
. scripts/test.sh
. scripts/image.sh

usage() {
  cat <<'VERBS'
./build.sh VERB

  restore                          fetch the packages
  build                            build everything, warnings are errors
  lint                             check protos, format, packages, scripts and texts
  test [--long] [--filter FILTER] [--strict]
                                   build, lint the protos and run the tests; --long adds the long ones, --strict has
                                   the analyzers look as build does
  demo                             watch an agent get a credential, use it, end its task and be refused
  image [NAME] [ARGUMENTS]         publish the server and build its container image
  bench [ARGUMENTS]                run the benchmarks
  clean                            remove what was built and fetched
VERBS
}

bench() {
  local project=tests/CredBroker.Benchmarks
  [[ -d $project ]] || fail "There are no benchmarks yet."
  dotnet run --configuration Release --project "$project" -- "$@"
}

clean() {
  # By name and not by what git ignores: a data folder is ignored too, and holds keys.
  find src tests samples -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
  rm -rf artifacts node_modules
}

main() {
  local verb=${1:-}
  shift || true
  case $verb in
    restore) restore ;;
    build) build ;;
    lint) lint ;;
    test) run_tests "$@" ;;
    demo) exec samples/demo.sh ;;
    image) image "$@" ;;
    bench) bench "$@" ;;
    clean) clean ;;
    '' | help | -h | --help) usage ;;
    *) usage >&2 && fail "There is no verb '$verb'." ;;
  esac
}

main "$@"
