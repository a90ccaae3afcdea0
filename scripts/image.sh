# The container image of the server. Sourced from the root of the repository, after build.sh.

IMAGE_FOLDER=artifacts/image

image_architecture() {
  case $(uname -m) in
    aarch64 | arm64) printf 'arm64\n' ;;
    *) printf 'x64\n' ;;
  esac
}

# image [NAME] [ARGUMENTS of docker build…], such as --build-arg RUNTIME=mirror.example/aspnet:10.0
image() {
  local name=${1:-credbroker}
  shift || true
  require_tools
  command -v docker >/dev/null || fail "Install Docker first; 'docker' is not on the PATH." || return
  step "Publish"
  rm -rf "$IMAGE_FOLDER"
  mkdir -p "$IMAGE_FOLDER/state/data" "$IMAGE_FOLDER/state/audit"
  dotnet publish src/CredBroker.Server --configuration Release --output "$IMAGE_FOLDER/app" -p:UseAppHost=false \
    --disable-build-servers --verbosity quiet
  # The packages bring native code for every system; the image is for one.
  find "$IMAGE_FOLDER/app/runtimes" -mindepth 1 -maxdepth 1 ! -name "linux-$(image_architecture)" -exec rm -rf {} +
  step "Image $name"
  docker build --tag "$name" --target published "$@" .
}
