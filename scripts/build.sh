# Fetching and building. Sourced from the root of the repository, after say.sh.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

require_tools() {
  local tool
  for tool in dotnet node npm git; do
    command -v "$tool" >/dev/null || fail "Install first: the .NET 10 SDK, Node.js with npm, and git; '$tool' is not on the PATH." || return
  done
}

restore() {
  require_tools
  restore_dotnet
  restore_npm
}

restore_dotnet() {
  step "Packages from NuGet"
  dotnet restore CredBroker.sln --disable-build-servers --verbosity quiet
}

restore_npm() {
  step "Packages from npm"
  npm ci --loglevel=error
}

# No build server stays behind: what starts a build also ends all of it.
build() {
  require_tools
  step "Build, warnings are errors"
  dotnet build CredBroker.sln -warnaserror -warnnotaserror:NU1900 --disable-build-servers --verbosity quiet "$@"
}

# For what only has to run: analyzers take as long as the compiler, and build and .ci/run let them look.
build_without_analyzers() { build "$@" -p:RunAnalyzers=false; }
