"""What a data directory that came from a backup still owes before it may serve: to be whole, and to agree with the provider.

The mark is a file, so an interrupted restore, or one whose provider does not answer yet, is found out by the next `up`.
"""

import json
import subprocess

from deploy.lib import files
from deploy.lib.failure import Failure

# marketctl reconcile: some things are for a person.
LEFT_OVER = 4


def mark_file(layout):
    return layout.data / "restore.json"


def mark(layout, since, whole):
    """From the first file that is copied until the provider is reconciled. `since`: the moment of the backup."""
    files.write(mark_file(layout), json.dumps({"since": since, "whole": whole}) + "\n", 0o600)


def read_mark(layout):
    try:
        return json.loads(mark_file(layout).read_text())
    except FileNotFoundError:
        return None


def require_whole(layout):
    found = read_mark(layout)
    if found and not found["whole"]:
        raise Failure(f"{layout.data} was restored only in part: ./market down --erase, then restore again")


def is_owed(layout):
    return read_mark(layout) is not None


def reconcile(layout):
    """Before any service runs: nobody but the provider may change a payment meanwhile. Repeating it changes nothing."""
    since = read_mark(layout)["since"]
    layout.install("deploy/native/config/reconcile.conf", layout.etc / "reconcile.conf", 0o600)
    print(f"up: reconciling with the payment provider since {since}")
    command = [layout.bin / "marketctl", "reconcile", "--since", since, "--apply", "--config", layout.etc / "reconcile.conf"]
    if subprocess.run(list(map(str, command))).returncode not in (0, LEFT_OVER):
        raise Failure("the restored payments could not be compared with the provider's; ./market up tries again")
    mark_file(layout).unlink()
