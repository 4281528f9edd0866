#!/bin/sh
# Makes Temporal's two databases and brings their schema to the version of these tools. Each command leaves alone what is
# done already, so it runs at every `up`, which is also how an upgrade gets its schema.
set -eu

for database in temporal temporal_visibility; do
  case $database in
    temporal) folder=temporal ;;
    *) folder=visibility ;;
  esac
  export SQL_DATABASE=$database
  temporal-sql-tool create-database
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-dir "${SCHEMA_ROOT:-/etc/temporal/schema/postgresql/v12}/$folder/versioned"
done
