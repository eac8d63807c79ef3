"""Three alerts fire at injected faults, and are quiet again when the faults are gone. Slow: they wait out their "for"."""

import contextlib
import os
import signal

import market


@contextlib.contextmanager
def frozen(stack, *names):
    """The processes stand still: they hold their sockets and answer nothing."""
    pids = [stack["pids"][name] for name in names]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_faults_are_told(stores, stack, anonymous):
    assert not {"TargetDown"} & {labels["alertname"] for labels in stores.firing()}, "something is down before the test begins"
    wanted = {("TargetDown", "user"), ("BreakerOpen", "gateway"), ("RedisDown", "redis")}
    with frozen(stack, "user", "product", "redis-server" if "redis-server" in stack["pids"] else "redis"):

        def all_firing():
            # Calls that fail are what opens a breaker, and keeps it open.
            for _ in range(3):
                anonymous.get("/v1/products/01890000-0000-7000-8000-000000000001")
            return wanted <= {(labels["alertname"], labels.get("job")) for labels in stores.firing()}

        market.until(all_firing, "three alerts", limit_s=240, pause_s=1)
    market.until(lambda: not {name for name, _ in wanted} & {labels["alertname"] for labels in stores.firing()},
                 "the end of the alerts", limit_s=120, pause_s=1)
