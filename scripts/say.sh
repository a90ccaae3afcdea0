# How the scripts speak. Sourced, never run.

step() { printf '\n== %s\n' "$*"; }

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  return 1
}
