"""What the role of a program may do in its database, and in those of others. Tables are enumerated, so a new one is tested the day it
is made."""

import os
import re
import subprocess

import pytest

import market
from deploy.lib import topology

pytestmark = pytest.mark.alone

DATABASES = topology.read().databases
DENIED, DONE = "42501", "MK999"
# Money, acts and what happened: nobody who runs the marketplace can change or remove such a row.
FOR_EVER = re.compile(r"ledger|posting|audit|movement|(^|_)event$")

every_database = pytest.mark.parametrize("database", DATABASES)


def attempt(database, *statements):
    """The SQLSTATE of each as the program's role, DONE where it was carried out; nothing of it stays."""
    words = ", ".join(f"$sql${statement}$sql$" for statement in statements)
    return market.psql(database, f"""
SET ROLE "{database}";
DO $do$
DECLARE
  word text;
  told text := '';
BEGIN
  FOREACH word IN ARRAY ARRAY[{words}] LOOP
    BEGIN
      EXECUTE word;
      RAISE EXCEPTION USING ERRCODE = '{DONE}';
    EXCEPTION WHEN OTHERS THEN
      told := told || ' ' || SQLSTATE;
    END;
  END LOOP;
  PERFORM set_config('market.told', told, false);
END $do$;
SELECT current_setting('market.told')""").split()


def attempt_each(database, statements):
    """{name: what attempt says of its statements}, all in one session."""
    states = iter(attempt(database, *(one for group in statements.values() for one in group)))
    return {name: [next(states) for _ in group] for name, group in statements.items()}


def tables(database):
    """{table: (a column that can be set, what may be done to its rows by the first word of its comment)}"""
    rows = market.psql(database, """
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
       (SELECT quote_ident(a.attname) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attidentity = '' AND a.attgenerated = '' ORDER BY a.attnum LIMIT 1)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')""").splitlines()
    found = {name: (column, re.match(r"mutable\b|read-only\b|", comment).group()) for name, comment, column in (row.split("|") for row in rows)}
    assert len(found) > 1, database
    return found


@every_database
def test_rows_change_only_where_a_migration_says_so(database):
    all_of_them = tables(database)
    told = attempt_each(database, {name: (f"SELECT FROM {name} LIMIT 1",
                                          f"INSERT INTO {name} ({column}) SELECT {column} FROM {name} WHERE false",
                                          f"UPDATE {name} SET {column} = {column} WHERE false", f"DELETE FROM {name} WHERE false")
                                   for name, (column, _) in all_of_them.items()})
    for name, (_, kind) in all_of_them.items():
        states = told[name]
        adds = DENIED if kind == "read-only" or name == "schema_migration" else DONE
        changes = DONE if kind == "mutable" else DENIED
        assert states == [DONE, adds, changes, changes], name
        assert not (kind == "mutable" and FOR_EVER.search(name)), f"{name} is mutable"


@every_database
def test_no_table_is_emptied_dropped_or_altered(database):
    told = attempt_each(database, {name: (f"TRUNCATE {name}", f"TRUNCATE {name} CASCADE", f"DROP TABLE {name}",
                                          f"DROP TABLE {name} CASCADE", f"ALTER TABLE {name} ADD sneaked int",
                                          f"ALTER TABLE {name} DISABLE TRIGGER ALL", f"COMMENT ON TABLE {name} IS 'mutable'",
                                          f"CREATE INDEX ON {name} ((1))") for name in tables(database)})
    for name, states in told.items():
        assert set(states) == {DENIED}, (name, states)


@every_database
def test_nothing_is_made_and_nobody_else_is_become(database):
    states = attempt(database, "CREATE TABLE sneaked (n int)", "CREATE TEMPORARY TABLE sneaked (n int)", "CREATE SCHEMA sneaked",
                     "CREATE OR REPLACE FUNCTION market_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
                     "CREATE EXTENSION pgcrypto", "CREATE ROLE sneaked", "INSERT INTO schema_migration SELECT * FROM schema_migration",
                     "COPY schema_migration TO PROGRAM 'true'", "SELECT pg_read_file('/etc/hostname')",
                     f"ALTER DATABASE \"{database}\" RENAME TO sneaked", f'ALTER ROLE "{database}" SUPERUSER')
    assert set(states) == {DENIED}, states


@every_database
def test_a_program_has_no_password_but_its_own(database):
    secrets, etc = market.data_directory() / "secrets", market.data_directory() / "etc"
    for other in DATABASES:
        conninfo = (secrets / f"{database}.conninfo").read_text().strip().replace(f"dbname={database}", f"dbname={other}")
        done = subprocess.run(["psql", "-X", conninfo, "-c", "SELECT 1"], capture_output=True, text=True,
                              env={**os.environ, "PGCONNECT_TIMEOUT": "5"})
        assert (done.returncode == 0) == (other == database), (other, done.stderr)
        assert other == database or "permission denied for database" in done.stderr
    named = {path.name for path in etc.glob("*.conf") if "owner.conninfo" in path.read_text()}
    assert named == {"migrate.conf"}
