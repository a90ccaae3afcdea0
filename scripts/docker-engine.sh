# A Docker engine of our own for the containers of the tests, with an image made of the local Redis. Sourced after packages.sh.
#
# The engine lives in a temporary folder and listens on a socket there, so it meets no other engine and leaves nothing behind.

REDIS_IMAGE=redis:7.0
ENGINE_FOLDER=
ENGINE_ID=
ENGINE_BRIDGE=

# engine_use: an engine that answers is used as it is; else one is started. Fails, having said why, where neither can be.
engine_use() {
  if docker version >/dev/null 2>&1; then
    say "Docker: the engine that is there."
    return 0
  fi
  require_commands docker=docker.io dockerd=docker.io redis-server=redis-server redis-cli=redis-tools || return
  engine_start && engine_make_image
}

engine_start() {
  ENGINE_FOLDER=$(mktemp -d)
  DOCKER_HOST=unix://$ENGINE_FOLDER/docker.sock
  # The engine of Debian is older than what the clients speak first.
  export DOCKER_HOST DOCKER_API_VERSION=1.41 TESTCONTAINERS_RYUK_DISABLED=true
  [[ -e /sys/class/net/docker0 ]] || ENGINE_BRIDGE=docker0
  engine_daemon &
  ENGINE_ID=$!
  local tries
  for ((tries = 0; tries < 120; tries++)); do
    if docker version >/dev/null 2>&1; then
      say "Docker: started an engine $(docker version --format '{{.Server.Version}}')."
      return 0
    fi
    kill -0 "$ENGINE_ID" 2>/dev/null || break
    sleep 0.5
  done
  say "Docker: no engine could be started: $(engine_reason)"
  engine_stop
  return 1
}

# iptables=false: the machine may not let rules be set; ports are published through the engine's own proxy.
engine_daemon() {
  exec dockerd --iptables=false --host "$DOCKER_HOST" --data-root "$ENGINE_FOLDER/data" --exec-root "$ENGINE_FOLDER/exec" \
    --pidfile "$ENGINE_FOLDER/docker.pid" >"$ENGINE_FOLDER/log" 2>&1 </dev/null
}

engine_reason() {
  local reason
  reason=$(grep -E 'level=(fatal|error)|^failed' "$ENGINE_FOLDER/log" | tail -n 1) || true
  printf '%s\n' "${reason:-it did not answer within a minute}"
}

# engine_make_image: no registry is asked; the image is Redis as Debian brings it, its libraries and a shell.
engine_make_image() {
  local programs=(/bin/sh "$(command -v redis-server)" "$(command -v redis-cli)") root=$ENGINE_FOLDER/image program library
  mkdir -p "$root"/{bin,usr/bin,data,tmp}
  for program in "${programs[@]}"; do
    cp -L "$program" "$root$program"
    ldd "$program" | grep -oE '/[^ ]+' | while read -r library; do
      mkdir -p "$root${library%/*}"
      cp -Lu "$library" "$root$library"
    done
  done
  # Protected mode would refuse the way in through the published port, and the container has nothing else to protect.
  tar -C "$root" -c . | docker import \
    --change 'WORKDIR /data' --change 'EXPOSE 6379' \
    --change 'CMD ["redis-server", "--protected-mode", "no", "--save", ""]' - "$REDIS_IMAGE" >/dev/null ||
    fail "Docker: the image $REDIS_IMAGE could not be made." || return
  rm -rf "$root"
  engine_try_image
}

engine_try_image() {
  local container answer='' tries
  container=$(docker run --detach --rm "$REDIS_IMAGE") || fail "Docker: a container of $REDIS_IMAGE does not start." || return
  for ((tries = 0; tries < 20; tries++)); do
    answer=$(docker exec "$container" redis-cli ping 2>&1) && [[ $answer == PONG ]] && break
    sleep 0.5
  done
  docker stop --time 2 "$container" >/dev/null || true
  [[ $answer == PONG ]] || fail "Docker: Redis in a container does not answer: $answer" || return
  say "Docker: $REDIS_IMAGE made of $(redis-server --version | grep -oE 'v=[0-9.]+' | cut -c3-), and it answers."
}

# engine_stop: ends the engine that we started, and no other.
engine_stop() {
  [[ -n $ENGINE_ID ]] || return 0
  docker ps --quiet 2>/dev/null | xargs -r docker kill >/dev/null 2>&1 || true
  kill "$ENGINE_ID" 2>/dev/null || true
  local tries
  for ((tries = 0; tries < 60; tries++)); do
    kill -0 "$ENGINE_ID" 2>/dev/null || break
    sleep 0.5
  done
  kill -KILL "$ENGINE_ID" 2>/dev/null || true
  wait "$ENGINE_ID" 2>/dev/null || true
  ENGINE_ID=
  engine_unmount
  [[ -z $ENGINE_BRIDGE ]] || ip link delete "$ENGINE_BRIDGE" 2>/dev/null || true
  rm -rf "$ENGINE_FOLDER"
  unset DOCKER_HOST DOCKER_API_VERSION TESTCONTAINERS_RYUK_DISABLED
}

# What the engine mounted would keep its folder from being removed.
engine_unmount() {
  local place
  awk -v folder="$ENGINE_FOLDER/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
    while read -r place; do umount "$place" 2>/dev/null || true; done
}
