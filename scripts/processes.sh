# Programs that run beside a script: started, awaited and stopped by their id. Sourced after say.sh; logs go to $SCRATCH.
# A program that is awaited runs in the background all the same, so that a signal is acted on at once and not when it ends.

declare -A PROCESS_IDS=()
STARTED=()
STOP_SECONDS=15

# start NAME FOLDER COMMAND…
start() {
  local name=$1 folder=$2
  shift 2
  (cd "$folder" && exec "$@") >"$SCRATCH/$name.log" 2>&1 </dev/null &
  remember "$name" $!
}

# start_visible NAME COMMAND… — what it prints is for the person who watches.
start_visible() {
  local name=$1
  shift
  "$@" </dev/null &
  remember "$name" $!
}

remember() {
  PROCESS_IDS[$1]=$2
  STARTED+=("$1")
}

alive() { kill -0 "${PROCESS_IDS[$1]}" 2>/dev/null; }

# await NAME SECONDS CONDITION… — until the condition holds, as long as the program lives.
await() {
  local name=$1 end=$((SECONDS + $2))
  shift 2
  until "$@" 2>/dev/null; do
    alive "$name" || fail "$name ended before it was ready."
    [[ $SECONDS -lt $end ]] || fail "$name was not ready in time."
    sleep 0.1
  done
}

# await_end NAME SECONDS — until the program has ended by itself, and well; then its log is of no more use.
await_end() {
  local name=$1 end=$((SECONDS + $2)) code=0
  while alive "$name"; do
    [[ $SECONDS -lt $end ]] || fail "$name did not end in time."
    sleep 0.1
  done
  wait "${PROCESS_IDS[$name]}" || code=$?
  unset "PROCESS_IDS[$name]"
  [[ $code -eq 0 ]] || fail "$name ended with exit code $code."
  rm -f "$SCRATCH/$name.log"
}

# stop_all: the last started first; asked once, then made to. Fails where one had to be made to.
stop_all() {
  local index name faults=0
  for ((index = ${#STARTED[@]} - 1; index >= 0; index--)); do
    name=${STARTED[index]}
    [[ -n ${PROCESS_IDS[$name]:-} ]] || continue
    stop "$name" || faults=1
    unset "PROCESS_IDS[$name]"
  done
  return "$faults"
}

stop() {
  local name=$1 id=${PROCESS_IDS[$1]} end=$((SECONDS + STOP_SECONDS))
  kill -TERM "$id" 2>/dev/null || true
  while alive "$name" && [[ $SECONDS -lt $end ]]; do sleep 0.1; done
  if alive "$name"; then
    kill -KILL "$id" 2>/dev/null || true
    wait "$id" 2>/dev/null || true
    fail "$name did not stop when asked to, and was killed."
    return
  fi
  wait "$id" 2>/dev/null || true
}

# answers_200 URL — plain HTTP only; a machine need not have curl.
answers_200() (
  address=${1#http://}
  host=${address%%/*}
  exec 3<>"/dev/tcp/${host%:*}/${host##*:}" || exit 1
  printf 'GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "${address#*/}" "$host" >&3
  read -r -t 5 _ status _ <&3 || exit 1
  [[ $status == 200 ]]
)
