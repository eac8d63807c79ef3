"""What /proc says of processes: who started whom, and who stands still."""

import dataclasses
import os
import signal

# Stopped by a signal. "t", stopped by a debugger, is somebody's will and no fault.
STOPPED = "T"
GONE = "ZX"


@dataclasses.dataclass(frozen=True)
class Process:
    pid: int
    name: str
    state: str
    parent: int
    started: int     # in ticks since the machine's start: with the pid it names one process for ever


def read(pid):
    """The process, or None when there is none or only its exit code is left."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            head, _, tail = file.read().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = tail.split()
    if fields[0] in GONE:
        return None
    return Process(int(pid), head.partition("(")[2], fields[0], int(fields[1]), int(fields[19]))


def everything():
    """Every living process of this machine by its pid."""
    found = (read(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return {process.pid: process for process in found if process}


def is_alive(pid):
    return read(pid) is not None


def below(table, root):
    """The process `root` and all that it started, and what those started in turn."""
    children = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    found = [table[root]] if root in table else []
    for process in found:
        found += children.get(process.pid, [])
    return found


def send(process, number):
    """A signal to this very process, never to a later one of the same pid. Not an error if it has gone."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        now = read(process.pid)
        if now and now.started == process.started:
            signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)
