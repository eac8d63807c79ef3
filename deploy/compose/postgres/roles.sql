-- Run once, by the image, when the data directory is new. Tables are the service's own business.
\getenv database MARKET_DATABASE
\set owner `cat /run/market/owner_password`
\set auditor `cat /run/market/auditor_password`
\set monitor `cat /run/market/monitor_password`
CREATE ROLE :"database" LOGIN PASSWORD :'owner';
-- Reads everything and writes nothing: check_invariants and people who look.
CREATE ROLE auditor LOGIN PASSWORD :'auditor';
GRANT pg_read_all_data TO auditor;
-- Reads the server's statistics: the exporter.
CREATE ROLE monitor LOGIN PASSWORD :'monitor';
GRANT pg_monitor TO monitor;
CREATE DATABASE :"database" OWNER :"database";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO auditor;
