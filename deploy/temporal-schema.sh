#!/bin/sh
# Creates Temporal's two databases and brings their schemas up to date. Doing it again changes nothing.
# Needs POSTGRES_SEEDS, POSTGRES_USER and SQL_PASSWORD; runs in temporalio/admin-tools.
set -eu

: "${POSTGRES_SEEDS:?is not set: the host of Postgres}"
: "${POSTGRES_USER:?is not set}"
: "${SQL_PASSWORD:?is not set}"
PORT="${DB_PORT:-5432}"
SCHEMAS="${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}"

tool() {
  database="$1"
  shift
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "$PORT" --user "$POSTGRES_USER" --database "$database" "$@"
}

for name in temporal visibility; do
  database=temporal
  [ "$name" = visibility ] && database=temporal_visibility
  # One that is there already is left as it is; what is really wrong comes to light in the next two steps.
  tool "$database" create || echo "$database: not created, going on with what is there"
  # Version 0.0 only makes the table of versions; where there is one, it stays.
  tool "$database" setup-schema --version 0.0
  tool "$database" update-schema --schema-dir "$SCHEMAS/$name/versioned"
done
