"""`restore DIR`: a marketplace from a backup, in an empty data directory, up to the proof that it sells.

All that speaks against it is looked for before the first file is written.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess

from deploy.lib import files
from deploy.lib.failure import Failure

from . import backup, listeners, postgres, restored, starting, supervisor
from .layout import Layout

CHECKER_WAIT_S = 120


def restore(layout, options):
    source = pathlib.Path(options.directory).absolute()
    facts = read_facts(source)
    layout = moved(layout, options, facts)
    require_empty(layout)
    require_schema(layout, facts)
    listeners.check(layout)
    if options.check:
        return None
    require_whole(layout, source)
    backup.require_space(nearest(layout.shared), tree_size(source))
    print(f"restore: {source}, of {facts['started']}")
    copy(layout, source, facts)
    up = argparse.Namespace(shape=facts["shape"], telemetry=facts["telemetry"], check=False)
    starting.up(layout, up)
    return judge(layout)


def read_facts(source):
    if not source.is_dir():
        raise Failure(f"{source} is not a directory", exit_code=2)
    if not (source / backup.SUMS).exists():
        raise Failure(f"{source} is not a whole backup: it has no {backup.SUMS}, which is written last")
    try:
        facts = json.loads((source / backup.FACTS).read_text())
        found = facts["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Failure(f"{source} is damaged: {backup.FACTS} can't be read") from None
    if found != backup.FORMAT:
        raise Failure(f"{source} has the format {found}, this checkout reads {backup.FORMAT}: "
                      f"restore it with the checkout that made it ({facts.get('commit')})")
    return facts


def moved(layout, options, facts):
    """Shape, replicas and ports as they were, unless asked for otherwise."""
    target = Layout(layout.root, layout.data, options.port or facts["port"], options.replicas or facts["replicas"])
    target.shape, target.telemetry = facts["shape"], facts["telemetry"]
    return target


def require_empty(layout):
    if supervisor.client(layout) or supervisor.leftovers(layout):
        raise Failure(f"the marketplace of {layout.data} is running and would be overwritten: "
                      "./market down --erase deletes it, --data DIR --port N restores beside it")
    for directory in {layout.data, layout.shared}:
        if directory.exists() and any(directory.iterdir()):
            raise Failure(f"{directory} is not empty: ./market down --erase deletes a marketplace, --data DIR names another place")


def require_schema(layout, facts):
    """Migrations only go forward, and each is known by its content."""
    known = {(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
             for room in ("services", "platform", "sandbox") for path in (layout.root / room).rglob("migrations/*.sql")}
    for database, applied in facts["schema"].items():
        for owner, name, checksum in applied:
            if (name, checksum) not in known:
                raise Failure(f"the backup is of another schema: {owner}/{name} of its database {database} is not in this "
                              f"checkout; restore it with the one that made it ({facts['commit']})")


def require_whole(layout, source):
    print("restore: is the backup whole?")
    expected = {}
    for line in (source / backup.SUMS).read_text().splitlines():
        checksum, _, name = line.partition("  ")
        expected[name] = checksum
    found = {name: backup.sha256(path) for name, path in backup.summed(source)}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            how = "is missing" if name not in found else "does not belong to it" if name not in expected else "has changed"
            raise Failure(f"{source} is damaged: {name} {how}")
    cluster = source / backup.POSTGRES
    verify = postgres.programs_of(cluster) / "pg_verifybackup"
    done = subprocess.run([verify, "--quiet", cluster], capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise Failure(f"{source} is damaged: {words[0].removeprefix('pg_verifybackup: error: ')}")


def nearest(path):
    return next(one for one in (path, *path.parents) if one.exists())


def tree_size(source):
    return sum(path.stat().st_size for path in source.rglob("*") if path.is_file())


def copy(layout, source, facts):
    files.make_dir(layout.data, 0o755)
    # With it `down --erase` knows the directory, whatever happens to this process.
    layout.save_state()
    restored.mark(layout, facts["started"], whole=False)
    starting.prepare_directories(layout)
    for name in backup.KEPT:
        run_copy(source / name, layout.data / name)
    if (source / backup.PICTURES).is_dir():
        print("restore: pictures")
        run_copy(source / backup.PICTURES, layout.pictures)
        # nginx reads them under its own account.
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", layout.pictures], check=True)
    print("restore: databases")
    files.make_dir(layout.postgres_data, 0o700, layout.postgres_account)
    run_copy(source / backup.POSTGRES, layout.postgres_data)
    if layout.postgres_account:
        subprocess.run(["chown", "-R", f"{layout.postgres_account}:", layout.postgres_data], check=True)
    # The operator and the demonstration data, if there was any, are in the databases.
    for name in ("operator.done", "seed.done"):
        (layout.data / name).touch()
    restored.mark(layout, facts["started"], whole=True)


def run_copy(source, target):
    done = subprocess.run(["cp", "-R", "--preserve=mode,timestamps", "--reflink=auto", f"{source}/.", target], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"restore: {done.stderr.strip().splitlines()[-1]}")


def judge(layout):
    """The checker has the last word. Sagas of the backup that go on are not finished yet, so it waits for them."""
    print("restore: do orders, stock and money agree?")
    checker = [layout.bin / "check_invariants", "--config", layout.etc / "check_invariants.conf", f"--wait={CHECKER_WAIT_S}s"]
    return subprocess.run(list(map(str, checker))).returncode
