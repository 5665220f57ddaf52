#!/bin/sh
# Runs a command beside a throw-away PostgreSQL and Valkey, while the image is built: as the
# user that the image runs as, because the compile cache's folder carries the user's number.
# The database is kept for the next such command.
set -eu
data=/var/tmp/throw-away
bin=$(echo /usr/lib/postgresql/*/bin)

as() { user=$1; shift; setpriv --reuid="$user" --regid="$user" --clear-groups "$@"; }
# Build steps may share the network of the machine, and with it the ports that others use.
free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

database=$(free_port)
valkey=$(free_port)
HTTP_PORT=$(free_port)
export HTTP_PORT DATABASE_URL="postgres://medusa@127.0.0.1:$database/medusa"
export VALKEY_URL="redis://127.0.0.1:$valkey" JWT_SECRET=build COOKIE_SECRET=build

mkdir -p "$data"
chown postgres "$data"
if [ ! -d "$data/pg" ]; then
  as postgres "$bin/initdb" -D "$data/pg" -U medusa -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  echo 'create database medusa' | as postgres "$bin/postgres" --single -D "$data/pg" postgres >/dev/null
fi
as postgres "$bin/pg_ctl" -D "$data/pg" -w -l "$data/log" start >/dev/null \
  -o "-c listen_addresses=127.0.0.1 -c port=$database -c unix_socket_directories=$data -c fsync=off"
as 1000 valkey-server --bind 127.0.0.1 --port "$valkey" --save '' --dir /tmp --daemonize yes >/dev/null

status=0
as 1000 "$@" || status=$?

valkey-cli -h 127.0.0.1 -p "$valkey" shutdown nosave
as postgres "$bin/pg_ctl" -D "$data/pg" -m fast stop >/dev/null
exit "$status"
