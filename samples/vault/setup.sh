#!/usr/bin/env bash
# Sets a Vault or OpenBao up for CredBroker, by nothing but its HTTP API: policies, token role, an orders database, a login for the
# broker. Meant for a server in dev mode; run again it changes nothing that is as it should be.
#
#   VAULT_ADDR, VAULT_TOKEN      where, and a token that may do all this (VAULT_NAMESPACE too, where there are namespaces)
#   ORDERS_DB                    host:port/name of a PostgreSQL; 127.0.0.1:5432/orders unless told otherwise
#   ORDERS_DB_USER, ORDERS_DB_PASSWORD   a user of it that may create roles and signal backends
#   OUT                          folder for the broker's role id and secret id; ./out unless told otherwise
set -euo pipefail

: "${VAULT_ADDR:?set VAULT_ADDR, such as http://127.0.0.1:8200}" "${VAULT_TOKEN:?set VAULT_TOKEN to a token that may set Vault up}"
ORDERS_DB=${ORDERS_DB:-127.0.0.1:5432/orders}
ORDERS_DB_USER=${ORDERS_DB_USER:-vault}
ORDERS_DB_PASSWORD=${ORDERS_DB_PASSWORD:-}
OUT=${OUT:-out}

# The token goes in by a file descriptor: arguments can be read by everybody on the machine.
vault_api() {
  local method=$1 path=$2
  curl --silent --show-error --request "$method" --output "$answer" --write-out '%{http_code}' \
    --header @<(printf 'X-Vault-Token: %s\nX-Vault-Request: true\n' "$VAULT_TOKEN"
      [[ -z ${VAULT_NAMESPACE:-} ]] || printf 'X-Vault-Namespace: %s\n' "$VAULT_NAMESPACE") \
    ${3+--data-binary @-} "$VAULT_ADDR/v1/$path"
}

# Writes the JSON of standard input.
put() {
  local status
  status=$(vault_api POST "$1" -)
  [[ $status == 2* ]] || refuse "$1" "$status"
}

# Mounts what may be mounted already.
enable() {
  local status
  status=$(printf '{"type":"%s"}' "$2" | vault_api POST "$1" -)
  [[ $status == 2* ]] || grep -q 'path is already in use' "$answer" || refuse "$1" "$status"
}

# One text of the data of what is read, or of what an empty write answers.
field() {
  local method=$1 path=$2 name=$3 status
  if [[ $method == GET ]]; then status=$(vault_api GET "$path"); else status=$(printf '{}' | vault_api POST "$path" -); fi
  [[ $status == 2* ]] || refuse "$path" "$status"
  sed -n "s/.*\"$name\":\"\([^\"]*\)\".*/\1/p" "$answer"
}

refuse() {
  printf '%s was answered with %s: %s\n' "$1" "$2" "$(tr -d '\n' <"$answer")" >&2
  exit 1
}

# Text as a JSON string.
json_text() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' | awk 'BEGIN { printf "\"" } { printf "%s\\n", $0 } END { printf "\"" }'; }

policy() { printf '{"policy":%s}' "$(json_text)" | put "sys/policies/acl/$1"; }

set_up_policies() {
  policy orders-ro <<'POLICY'
path "database/creds/orders-ro" { capabilities = ["read"] }
POLICY
  policy credbroker <<'POLICY'
path "auth/token/create/credbroker" { capabilities = ["update"] }
path "auth/token/lookup-accessor"   { capabilities = ["update"] }
path "auth/token/renew-accessor"    { capabilities = ["update"] }
path "auth/token/revoke-accessor"   { capabilities = ["update"] }
path "auth/token/lookup-self"       { capabilities = ["read"] }
path "auth/token/renew-self"        { capabilities = ["update"] }
path "sys/leases/lookup"            { capabilities = ["update"] }
path "sys/leases/renew"             { capabilities = ["update"] }
path "sys/leases/revoke"            { capabilities = ["update"] }
path "auth/token/roles/credbroker"  { capabilities = ["read"] }
path "database/roles/orders-ro"     { capabilities = ["read"] }
POLICY
}

set_up_token_role() {
  put auth/token/roles/credbroker <<'JSON'
{ "orphan": true, "renewable": true, "token_type": "default-service", "token_no_default_policy": true, "allowed_policies": ["orders-ro"] }
JSON
}

set_up_database() {
  enable sys/mounts/database database
  put database/config/orders <<JSON
{ "plugin_name": "postgresql-database-plugin", "allowed_roles": ["orders-ro"], "verify_connection": false,
  "connection_url": "postgresql://{{username}}:{{password}}@$ORDERS_DB?sslmode=prefer",
  "username": $(printf '%s' "$ORDERS_DB_USER" | json_line), "password": $(printf '%s' "$ORDERS_DB_PASSWORD" | json_line) }
JSON
  put database/roles/orders-ro <<'JSON'
{ "db_name": "orders", "default_ttl": "15m", "max_ttl": "15m",
  "creation_statements": ["CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{{name}}\";"],
  "renew_statements": ["ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}';"],
  "revocation_statements": ["ALTER ROLE \"{{name}}\" NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'; REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA public FROM \"{{name}}\"; REVOKE ALL PRIVILEGES ON SCHEMA public FROM \"{{name}}\"; DROP ROLE IF EXISTS \"{{name}}\";"] }
JSON
}

# One line of text as a JSON string.
json_line() { printf '"%s"' "$(sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"; }

set_up_login() {
  enable sys/auth/approle approle
  put auth/approle/role/credbroker <<'JSON'
{ "token_policies": ["credbroker"], "token_no_default_policy": true, "token_ttl": "1h", "token_max_ttl": "24h" }
JSON
  (
    umask 077
    mkdir -p "$OUT"
    field GET auth/approle/role/credbroker/role-id role_id >"$OUT/role-id"
    field POST auth/approle/role/credbroker/secret-id secret_id >"$OUT/secret-id"
  )
  [[ -s $OUT/role-id && -s $OUT/secret-id ]] || { printf 'Vault gave no role id or secret id.\n' >&2 && exit 1; }
}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

set_up_policies
set_up_token_role
set_up_database
set_up_login
printf 'vault: ready; the broker logs in with %s/role-id and %s/secret-id\n' "$OUT" "$OUT"
