"""What nobody plans: pods that die, a database that restarts. All heals, and the books agree."""

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import time

import clients
from market import until

KILLS = int(os.environ.get("MARKET_KILLS", "50"))
SEED = int(os.environ.get("MARKET_SEED", "21"))
HEAL_LIMIT_S = 420


def test_random_kills_of_pods_lose_and_invent_nothing(release, kubernetes, people, whole, measured):
    rng = random.Random(SEED)
    killed = {"process": 0, "pod": 0}
    with people.busy(tries=20) as running:
        while sum(killed.values()) < KILLS:
            time.sleep(rng.uniform(0.3, 1.5))  # the pace of the faults, not a synchronisation
            kind = kill(kubernetes, rng)
            if kind:
                killed[kind] += 1
        healed_s = kubernetes.await_rollout(HEAL_LIMIT_S)
    measured("random kills", f"{killed['process']} processes, {killed['pod']} pods; whole again {healed_s:.1f} s after the last; {clients.told(running)}")
    assert_books_agree(release, people)


def kill(kubernetes, rng):
    """What it killed. A container that has been started again once waits longer each time, as of a fault of its own: then it is the pod."""
    pods = [one for one in kubernetes.pods() if one.containers]
    victim = rng.choice(pods)
    pid = victim.pid()
    if pid and not victim.restarts:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return "process"
    return "pod" if kubernetes.delete_pod(victim.name, grace_s=0) else None


def test_a_restart_of_postgresql_loses_and_invents_nothing(release, kubernetes, behind, people, whole, measured):
    before = release.restarts()
    with people.busy(tries=20) as running:
        behind.stop_postgres()
        behind.start_postgres()
    measured("PostgreSQL restarted", clients.told(running))
    assert release.restarts() == before, "a restart of a program mends no database"
    assert_books_agree(release, people)


def test_a_program_at_its_memory_limit_is_started_again(release, kubernetes, people, whole, measured):
    """Something in its container takes all that the limit allows: the kernel ends the program, kubelet starts it, everybody goes on."""
    victim = kubernetes.pods("payment")[0]
    with people.busy(tries=20) as running:
        fill_memory(victim.pid())
        again = until(lambda: [one for one in kubernetes.pods("payment") if one.name == victim.name and one.restarts > victim.restarts and one.is_ready],
                      "payment to run again", limit_s=HEAL_LIMIT_S)
    ended = again[0].containers[0]["lastState"]["terminated"]
    measured("a program at its memory limit", f"ended as {ended['reason']}, started again; {clients.told(running)}")
    assert ended["reason"] == "OOMKilled"
    assert_books_agree(release, people)


# A process in the memory cgroup of another one takes what there is, until that is gone. The other one goes first: kubelet has given it the
# worse score.
FILL = """
import os, sys
open(sys.argv[2] + "/cgroup.procs", "w").write("0")
held = []
while os.path.exists("/proc/" + sys.argv[1]) and len(held) < 2000:
    held.append(bytearray(b"x" * 2**20))
"""


def fill_memory(pid):
    path, = re.findall(r"^\d+:memory:(.*)$", pathlib.Path(f"/proc/{pid}/cgroup").read_text(), re.MULTILINE)
    subprocess.run(["/usr/bin/python3", "-c", FILL, str(pid), f"/sys/fs/cgroup/memory{path}"], capture_output=True, timeout=60)


def assert_books_agree(release, people):
    report = release.check_invariants(wait_s=120)
    assert report["clean"], report["findings"][:20]
