#!/bin/sh
# Formats the data directory once (an identity of its own is drawn), then becomes the broker.
set -eu
properties=/etc/kafka/market/server.properties
if [ ! -f /var/lib/kafka/data/meta.properties ]; then
  /opt/kafka/bin/kafka-storage.sh format -t "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" -c "$properties"
fi
exec /opt/kafka/bin/kafka-server-start.sh "$properties"
