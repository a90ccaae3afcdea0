# The checks besides compiler and tests. Sourced from the root of the repository, after build.sh. Each check stands by itself,
# says what is wrong and returns 1, so that one run tells all.

lint() {
  restore
  local check faulty=()
  for check in protos format projects vulnerable_packages declared_packages npm_lock texts shell_scripts; do
    step "Lint: ${check//_/ }"
    "lint_$check" || faulty+=("${check//_/ }")
  done
  [[ ${#faulty[@]} -eq 0 ]] || fail "lint: faults in $(join_words "${faulty[@]}")"
  say ""
  say "lint: ok"
}

join_words() {
  local text
  text=$(printf ', %s' "$@")
  printf '%s\n' "${text:2}"
}

# buf reads google/api/*.proto from a copy beside ours; the package that the build uses brings them.
lint_protos() (
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  version=$(sed -n 's/.*Include="Google\.Api\.CommonProtos" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)
  cache=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
  google=${cache%/}/google.api.commonprotos/$version/content/protos/google
  [[ -n $version && -d $google ]] || fail "Google.Api.CommonProtos $version is not in the package cache." || exit
  cp -R protos/. "$folder" && cp -R "$google" "$folder/google" || exit
  # Not npx: it would ask a registry for a buf that is not there.
  node_modules/.bin/buf lint "$folder" | sed "s|^$folder/||"
)

lint_format() { dotnet format whitespace CredBroker.sln --no-restore --verify-no-changes; }

lint_projects() {
  local project faults=0
  while read -r project; do
    grep -qF "${project//\//\\}" CredBroker.sln && continue
    fail "$project is not in CredBroker.sln." || faults=1
  done < <(git ls-files '*.csproj')
  return "$faults"
}

lint_vulnerable_packages() {
  local report
  if ! advisories_reachable; then
    say "NOT CHECKED: no package source that can be reached gives advisories."
    return 0
  fi
  report=$(dotnet list CredBroker.sln package --vulnerable --include-transitive --no-restore 2>&1) || fail "$report" || return
  grep -E '^ +>|has the following vulnerable' <<<"$report" || return 0
  return 1
}

# A source without advisories makes "no vulnerable packages" mean nothing. NuGet tells only where it is named as a source to audit by.
advisories_reachable() (
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  {
    printf '<configuration><auditSources><clear />\n'
    dotnet nuget list source --format short | sed -n 's/^E \(.*\)/\1/p' | nl -w1 -s' ' |
      sed 's|^\([0-9]*\) \(.*\)|<add key="\1" value="\2" />|'
    printf '</auditSources></configuration>\n'
  } >"$folder/nuget.config"
  package=$(sed -n 's/.*PackageVersion Include="\(Polly\.Core\)" Version="\([^"]*\)".*/Include="\1" Version="\2"/p' Directory.Packages.props)
  cat >"$folder/audit.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>true</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference $package /></ItemGroup>
</Project>
PROJECT
  report=$(dotnet restore "$folder/audit.csproj" --disable-build-servers 2>&1) && ! grep -qE 'NU190[05]' <<<"$report"
)

lint_declared_packages() {
  local file package faults=0
  while IFS=: read -r file package; do
    grep -qF "PackageVersion Include=\"$package\"" Directory.Packages.props && continue
    fail "$file uses $package, which Directory.Packages.props does not declare." || faults=1
  done < <(git grep -oE 'PackageReference Include="[^"]+"' -- '*.csproj' '*.props' | sed 's/PackageReference Include="//; s/"$//')
  if git grep -nE '<PackageReference [^>]*Version(Override)?=|<VersionOverride>' -- '*.csproj' '*.props'; then
    fail "Versions stand in Directory.Packages.props only." || faults=1
  fi
  return "$faults"
}

lint_npm_lock() {
  local folder
  for folder in . samples/agent-in-typescript; do
    npm ci --dry-run --loglevel=error --prefix "$folder" >/dev/null || return
  done
  if git grep -nE '"resolved":' -- '*package-lock.json'; then
    fail "The lock file holds addresses of a registry." || return
  fi
}

# The letters in brackets keep these patterns from finding themselves.
lint_texts() {
  local faults=0 host
  if git grep -nIE '(^|[^A-Za-z0-9_.}])/([w]ork|[r]oot|[h]ome/[a-z])/' -- . ':!*.cs' ||
    git grep -nIE '"/([w]ork|[r]oot)/' -- '*.cs'; then
    fail "Tracked files name places of one machine." || faults=1
  fi
  for host in $(registry_hosts); do
    if git grep -nIF "$host" -- .; then
      fail "Tracked files name a package registry." || faults=1
    fi
  done
  return "$faults"
}

# The public ones, and those that this machine uses, but for its own loopback.
registry_hosts() {
  {
    printf '%s\n' 'registry.npmjs'.org 'api.nuget'.org
    npm config get registry --loglevel=error
    dotnet nuget list source --format short | grep -oE 'https?://.*' || true
  } | sed -E 's|^https?://||; s|^[^/]*@||; s|[:/].*||' | grep -F . | grep -v '^127[.]' | sort -u
}

lint_shell_scripts() {
  local script faults=0
  while read -r script; do
    bash -n "$script" || faults=1
  done < <(git ls-files '*.sh' .ci/run)
  if command -v shellcheck >/dev/null; then
    git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --shell=bash --exclude=SC1091,SC2034 || faults=1
  else
    say "shellcheck is not installed; the scripts were parsed only."
  fi
  return "$faults"
}
