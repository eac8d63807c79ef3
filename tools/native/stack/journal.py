"""Log lines of the launcher's own processes: JSON like those of the programs, to stdout, which supervisord keeps and rotates."""

import datetime
import json


def instant(seconds):
    """RFC 3339 with milliseconds, as everywhere in the logs."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write(service, level, event, **fields):
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    line = {"ts": instant(now), "level": level, "service": service, "event": f"{service}.{event}", **fields}
    print(json.dumps(line, separators=(",", ":")), flush=True)
