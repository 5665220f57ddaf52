#!/bin/sh
# Migrates and seeds the database once, so that no store has to, and dumps it to db/.
set -eu
medusa() { node node_modules/@medusajs/cli/cli.js "$@"; }

# with Valkey and without, the workflow engine is another module with migrations of its own
REDIS_URL=$VALKEY_URL medusa db:migrate --execute-all-links
medusa db:migrate --execute-all-links
medusa exec ./src/scripts/seed.js

# psql's own lines, and a setting that servers before 17 lack, are of no use to other clients
pg_dump --no-owner --no-privileges --no-comments --inserts --rows-per-insert=500 "$DATABASE_URL" >/tmp/dump.sql
sed -E '/^\\/d; /^SET transaction_timeout/d' /tmp/dump.sql | gzip -9n >db/baseline.sql.gz
rm /tmp/dump.sql

# what decides whether there is something to migrate
version=$(node -p 'require("@medusajs/medusa/package.json").version')
echo "medusa-$version-$(cat package-lock.json medusa-config.js | sha256sum | cut -c1-12)" >db/VERSION
