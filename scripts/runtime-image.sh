#!/usr/bin/env bash
# runtime-image.sh NAME — makes an image of this machine's own .NET runtime and the libraries that it needs. The tests build the broker's image on it where
# no image can be pulled; it is no base to release on.
set -euo pipefail

runtime_files() {
  local dotnet=$1 name shared version
  printf '%s\n' "$dotnet/dotnet"
  find "$dotnet/host" -type f
  for name in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
    shared=$dotnet/shared/$name
    version=$(find "$shared" -mindepth 1 -maxdepth 1 -name '10.*' -printf '%f\n' | sort -V | tail -n 1)
    find "$shared/$version" -type f
  done
}

# What the runtime links, what it loads by name (OpenSSL), and what those link.
libraries() {
  local files=$1 library
  {
    grep -E '\.so$|/dotnet$' "$files" | xargs ldd 2>/dev/null || true
    for library in libssl.so.3 libcrypto.so.3 libgcc_s.so.1 libm.so.6; do
      library=$(ldconfig -p | sed -n "s|^[[:space:]]*${library//./[.]} .* => ||p" | head -n 1)
      [[ -z $library ]] || { printf ' %s (\n' "$library" && ldd "$library"; }
    done
  } | sed -nE 's/.*[[:space:]](\/[^ :]*) \(.*/\1/p' | sort -u
}

ROOT=

main() {
  local name=$1 dotnet file
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  ROOT=$(mktemp -d)
  trap 'rm -rf "$ROOT"' EXIT
  mkdir -p "$ROOT/usr/share/dotnet" "$ROOT/usr/bin" "$ROOT/tmp" "$ROOT/etc"
  chmod 1777 "$ROOT/tmp"
  runtime_files "$dotnet" >"$ROOT/files"
  libraries "$ROOT/files" | while read -r file; do
    mkdir -p "$ROOT${file%/*}" && cp -Lu "$file" "$ROOT$file"
  done
  sed "s|^$dotnet/||" "$ROOT/files" | tar -C "$dotnet" -c -T - | tar -C "$ROOT/usr/share/dotnet" -x
  rm "$ROOT/files"
  ln -s ../share/dotnet/dotnet "$ROOT/usr/bin/dotnet"
  tar -C "$ROOT" -c . | docker import --change 'ENV PATH=/usr/bin' --change 'ENV DOTNET_ROOT=/usr/share/dotnet' - "$name" >/dev/null
}

main "$@"
