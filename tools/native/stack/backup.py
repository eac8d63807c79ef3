"""`backup DIR`: everything that a running marketplace could not make again, as of one moment, without stopping it.

All databases are in one PostgreSQL cluster, so one base backup with the WAL of its duration holds all of them as of one place
in that WAL: what a restore starts from is what a power failure would have left there, and sagas are made for that (ADR 14).

    DIR/README          what this is
    DIR/backup.json     facts: when, of which shape, port, schema
    DIR/secrets, pki    keys, passwords, certificates
    DIR/pictures        what people have uploaded
    DIR/postgres        a base backup with PostgreSQL's own manifest (pg_verifybackup reads it)
    DIR/SHA256SUMS      of everything else; written last, so a directory without it is no backup
"""

import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

from deploy.lib.failure import Failure

from . import postgres, running

FORMAT = 1
README, FACTS, SUMS, POSTGRES, MANIFEST = "README", "backup.json", "SHA256SUMS", "postgres", "backup_manifest"
PICTURES = "pictures"
# Directories of the data directory. `up` renders the rest again; logs are no data and Redis is a cache.
KEPT = ("secrets", "pki")
SPACE_MARGIN_BYTES = 64 * 1024 * 1024
README_TEXT = """\
A backup of a marketplace, made by `./market backup` and read by `./market restore`.

It holds every password, every private key and the data of every customer: keep it where only you can read it.
backup.json says of when it is. `sha256sum -c SHA256SUMS` and PostgreSQL's `pg_verifybackup postgres` say whether it is whole.
"""


def backup(layout, options):
    """Leaves either a whole backup or nothing."""
    target = pathlib.Path(options.directory).absolute()
    running.require(layout)
    require_target(layout, target)
    if not postgres.is_ready(layout):
        raise Failure("PostgreSQL does not answer, look with ./market status")
    os.umask(0o077)
    made = not target.exists()
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        target.chmod(0o700)
        write(layout, target)
    except BaseException:
        clear(target, made)
        raise


def require_target(layout, target):
    if target.exists() and not target.is_dir():
        raise Failure(f"{target} is not a directory", exit_code=2)
    if target.exists() and any(target.iterdir()):
        raise Failure(f"{target} is not empty: a backup wants a directory of its own", exit_code=2)
    for own in {layout.data, layout.shared}:
        if own == target or own in target.parents:
            raise Failure(f"{target} is inside the data directory {own}, and would be lost with it", exit_code=2)


def clear(target, made):
    for path in target.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if made:
        target.rmdir()


def write(layout, target):
    started = now()
    size = int(query(layout, "SELECT sum(pg_database_size(oid)) FROM pg_database"))
    pictures = sum(path.stat().st_size for path in picture_files(layout.pictures))
    require_space(target, size + pictures)
    # A file is there before its row and goes after it: whatever row the databases have, its files were there before them or are after.
    print(f"backup: pictures, {pictures / 1e6:.0f} MB")
    copy_pictures(layout.pictures, target / PICTURES)
    print(f"backup: databases, {size / 1e6:.0f} MB")
    base_backup(layout, target / POSTGRES)
    copy_pictures(layout.pictures, target / PICTURES)
    print("backup: keys, secrets, certificates")
    for name in KEPT:
        shutil.copytree(layout.data / name, target / name)
    (target / README).write_text(README_TEXT)
    facts = {"format": FORMAT, "started": started, "ended": now(), "commit": commit(layout.root),
             "postgres": (target / POSTGRES / "PG_VERSION").read_text().strip(), "shape": layout.shape,
             "replicas": layout.replicas, "port": layout.ports["EDGE"], "telemetry": layout.telemetry,
             "schema": schema(layout)}
    (target / FACTS).write_text(json.dumps(facts, indent=1) + "\n")
    seal(target)
    total = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"backup: {target}, {total / 1e6:.0f} MB: everything that was answered before {started}, and maybe more")


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def require_space(directory, bytes_wanted):
    free = shutil.disk_usage(directory).free
    wanted = bytes_wanted + SPACE_MARGIN_BYTES
    if free < wanted:
        raise Failure(f"{directory} has {free / 1e6:.0f} MB free, and {wanted / 1e6:.0f} MB are needed")


def picture_files(directory):
    """None of those that are being written."""
    return (path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))


def copy_pictures(source, target):
    """Those that are not there yet: a name has one content for ever. One that goes meanwhile has no row any more."""
    target.mkdir(exist_ok=True)
    for path in picture_files(source):
        copied = target / path.relative_to(source)
        if not copied.exists():
            copied.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(path, copied)


def base_backup(layout, target):
    """The whole cluster. A checkpoint now rather than at the server's leisure, which may be a quarter of an hour."""
    command = [postgres.bin_dir(layout) / "pg_basebackup", "-h", layout.postgres_socket, "-p", postgres.PORT, "-U", "postgres",
               "-D", target, "--format=plain", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256",
               "--no-sync", "--no-password"]     # seal() does
    run(command, "pg_basebackup")


def run(command, name):
    """Its output; when it fails, the first line that says why."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        why = next((line for line in words if "error" in line or "FATAL" in line), words[0])
        raise Failure(f"{name}: {why.removeprefix(name + ': ')}")
    return done.stdout


def query(layout, sql, database="postgres"):
    command = [postgres.bin_dir(layout) / "psql", "-X", "-q", "-At", "-h", layout.postgres_socket, "-p", postgres.PORT,
               "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", sql]
    return run(command, "psql").strip()


def schema(layout):
    """{database: [[set, file, checksum]]}: which files of which content made each database."""
    sql = ("SELECT coalesce(json_agg(json_build_array(set, name, checksum) ORDER BY set, version), '[]')"
           " FROM schema_migration")
    return {database: json.loads(query(layout, sql, database)) for database in postgres.DATABASES}


def commit(root):
    """Which checkout wrote it, for people; nothing depends on it."""
    done = subprocess.run(["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def summed(target):
    """What SHA256SUMS speaks of: all but the cluster's files, which are in the manifest that it does speak of."""
    for path in sorted(target.rglob("*")):
        inside = path.relative_to(target)
        if path.is_file() and str(inside) != SUMS and (inside.parts[0] != POSTGRES or str(inside) == f"{POSTGRES}/{MANIFEST}"):
            yield str(inside), path


def seal(target):
    """Writes the sums, once everything they speak of is on disk."""
    os.sync()
    text = "".join(f"{sha256(path)}  {name}\n" for name, path in summed(target))
    draft = target / f"{SUMS}.new"
    with open(draft, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target / SUMS)
