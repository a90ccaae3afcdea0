#!/usr/bin/env bash
# An agent that knows nothing of brokers: it finds a token in its environment, and when it ends, so does the token.
set -euo pipefail

: "${CREDBROKER_TOKEN:?run it by: credbroker exec --template orders-api -- $0}" "${ORDERS_API_URL:?is the address of the orders API}"

# By the shell's own means, so that the token is in no list of processes and no machine needs curl.
orders() (
  address=${ORDERS_API_URL#http://}
  exec 3<>"/dev/tcp/${address%%:*}/${address##*:}"
  printf 'GET /orders HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' "$address" "$CREDBROKER_TOKEN" >&3
  read -r -t 10 _ status _ <&3
  printf '%s\n' "$status"
)

status=$(orders)
printf 'orders API answered %s\n' "$status"
[[ $status == 200 ]]
