#!/bin/sh
# Run by the image of PostgreSQL for a new database: the services archive and backup copy the server.
echo "host replication novacart samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"
