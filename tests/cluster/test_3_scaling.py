"""HorizontalPodAutoscalers add replicas and take them away; who comes is found at once."""

import time

import clients
import market
import metrics_api
import pytest
import release as releases

SCALE_LIMIT_S = 180
FOUND_LIMIT_S = 10
# Of the target (600m): too much, and hardly anything.
BUSY, IDLE = 900, 10


@pytest.fixture(scope="module")
def metrics(node, kubernetes, release):
    with metrics_api.served(node, kubernetes) as made:
        made.milli = {"gateway": 300, "product": 300}
        yield made


def replicas(kubernetes, program):
    return kubernetes.one("deployments", f"{releases.FULL}-{program}")["spec"]["replicas"]


@pytest.mark.parametrize("program", ["product", "gateway"])
def test_a_busy_program_gets_a_replica_and_gives_it_back(release, kubernetes, people, metrics, whole, measured, program):
    before = {pod.name for pod in kubernetes.pods(program)}
    with people.busy() as running:
        metrics.milli[program] = BUSY
        market.until(lambda: replicas(kubernetes, program) == 3, f"a third {program}", limit_s=SCALE_LIMIT_S)
        ready = market.until(lambda: [pod for pod in kubernetes.pods(program) if pod.name not in before and pod.is_ready], "it to be ready", SCALE_LIMIT_S)
        began = time.monotonic()
        market.until(lambda: asked(ready[0]), f"the new {program} to be asked", limit_s=60)
        found_s = time.monotonic() - began
        kubernetes.await_rollout()
        # The chart waits five minutes before it takes one away, for the sake of who comes back: not here.
        patience = {"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}}
        kubernetes.patch("horizontalpodautoscalers", f"{releases.FULL}-{program}", patience)
        metrics.milli[program] = IDLE
        market.until(lambda: replicas(kubernetes, program) == 2, f"the third {program} to go", limit_s=SCALE_LIMIT_S)
        kubernetes.await_rollout()
    measured(f"a third {program}, ready", f"is asked after {found_s:.1f} s; {clients.told(running)}")
    assert found_s <= FOUND_LIMIT_S
    assert not running.failures, running.failures[:20]


def asked(pod):
    """Whether a client has sent it anything: of the node nobody does but who asks for its metrics."""
    return market.handled(pod.component, f"http://{pod.address}:9464/metrics") > 0
