#!/bin/sh
# Makes the database cluster at the first start, then runs the server: the part of the official image's behaviour that the
# platform relies on.
set -eu

# setting NAME DEFAULT: the variable NAME, or the content of the file that NAME_FILE names.
setting() {
  eval "file=\${${1}_FILE:-} value=\${$1:-}"
  if [ -n "$file" ]; then value="$(cat "$file")"; fi
  printf '%s' "${value:-$2}"
}

if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  user="$(setting POSTGRES_USER postgres)"
  password="$(setting POSTGRES_PASSWORD '')"
  database="$(setting POSTGRES_DB "$user")"
  [ -n "$password" ] || { echo "error: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2; exit 1; }
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  passwords="$(mktemp)"
  printf '%s' "$password" >"$passwords"
  initdb --username="$user" --pwfile="$passwords" --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8
  rm "$passwords"
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    pg_ctl --wait --options="-c listen_addresses=''" start
    createdb --username="$user" --maintenance-db=postgres "$database"
    pg_ctl --wait --mode=fast stop
  fi
fi
if [ "${1:-}" = postgres ]; then
  shift
  set -- postgres -c "listen_addresses=*" "$@"
fi
exec "$@"
