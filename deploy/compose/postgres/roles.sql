-- Run once, by the image, when the data directory is new. Tables and the rights on them are made by marketctl migrate, which is the owner.
\getenv database MARKET_DATABASE
\set owner_role :database _owner
\set owner `cat /run/market/owner_password`
\set program `cat /run/market/program_password`
\set auditor `cat /run/market/auditor_password`
\set monitor `cat /run/market/monitor_password`
CREATE ROLE :"owner_role" LOGIN PASSWORD :'owner';
-- The program's: what it may do is what it needs.
CREATE ROLE :"database" LOGIN PASSWORD :'program';
-- Reads everything and writes nothing: check_invariants and people who look.
CREATE ROLE auditor LOGIN PASSWORD :'auditor';
GRANT pg_read_all_data TO auditor;
-- Reads the server's statistics: the exporter.
CREATE ROLE monitor LOGIN PASSWORD :'monitor';
GRANT pg_monitor TO monitor;
CREATE DATABASE :"database" OWNER :"owner_role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"database", auditor;
