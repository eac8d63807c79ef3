# Written by ./market docs from deploy/topology.yaml.
set(MARKET_SERVICES auth user product order payment notification)
