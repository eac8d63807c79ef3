"""The telemetry parts of the stack itself: all there, all read, all on loopback."""

import subprocess

import market
from deploy.lib import topology

OURS = set(topology.read().programs) - {"marketplace"}
JOBS = OURS | {"prometheus", "alertmanager", "collector", "spans", "node", "postgres", "redis", "nginx", "watchdog"}


def test_every_target_is_up(stores):
    def states():
        return {sample["metric"]["job"]: sample["value"][1] for sample in stores.query("up")}

    market.until(lambda: set(states()) == JOBS and set(states().values()) == {"1"}, "every target of Prometheus up")


def test_exporters_reach_what_they_speak_for(stores):
    market.until(lambda: all(sample["value"][1] == "1" for sample in stores.query("{__name__=~'pg_up|redis_up|nginx_up'}"))
                 and len(stores.query("{__name__=~'pg_up|redis_up|nginx_up'}")) == 3, "three stores that answer their exporters")


def test_alerts_reach_the_alertmanager(stores):
    # Watchdog always fires, so that its silence tells of a broken way.
    market.until(lambda: any(alert["labels"]["alertname"] == "Watchdog"
                             for alert in stores.get("ALERTMANAGER", "/api/v2/alerts").json()), "the watchdog", limit_s=60)


def test_nothing_listens_beyond_this_machine(stores, stack):
    """Each listening socket of the stack's processes is on 127.0.0.1."""
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [line for line in listening if any(f"pid={pid}," in line for pid in stack["pids"].values())]
    assert ours
    assert not [line for line in ours if not line.split()[3].startswith(("127.0.0.1:", "[::ffff:127.0.0.1]:", "[::1]:"))]


def test_status_tells_each_part(stores):
    done = subprocess.run([market.ROOT / "market", "status"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for name in ("kafka", "collector", "trace-store", "log-store", "prometheus", "alertmanager"):
        assert name in done.stdout
