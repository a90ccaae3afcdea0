# Debian packages that the tests need. Sourced after say.sh.

# A fresh service must not come up beside the servers that the tests start: policy-rc.d keeps it down while apt works.
POLICY_FILE=/usr/sbin/policy-rc.d

can_install() { [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; }

# install_packages NAME… — without starting what they bring.
install_packages() (
  if [[ ! -e $POLICY_FILE ]]; then
    trap 'rm -f "$POLICY_FILE"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$POLICY_FILE"
    chmod 755 "$POLICY_FILE"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt_install "$@" || { apt-get update -qq && apt_install "$@"; }
)

apt_install() { apt-get install -qq -y --no-install-recommends "$@" </dev/null >/dev/null; }

# require_commands NAME=PACKAGE… — installs the packages whose command is not there.
require_commands() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  can_install || fail "Install first: ${missing[*]} (apt-get install, as root)." || return
  say "Installing ${missing[*]}"
  install_packages "${missing[@]}" || fail "apt-get could not install: ${missing[*]}"
}
