"""Replicas come and go while people read and buy: nobody notices."""

import random
import time

import clients
import release as releases
from market import until

EVICTION_LIMIT_S = 240
PODS_AFTER_UPGRADE = 300


def images(kubernetes):
    return {pod.component: {one["image"].rpartition(":")[2] for one in pod.containers} for pod in kubernetes.pods()}


def nobody_noticed(running):
    assert not running.failures, f"{clients.told(running)}: {running.failures[:20]}"
    assert len(running.attempts) > 20, "hardly anybody bought anything"


def test_an_upgrade_of_everything_is_not_noticed(release, kubernetes, people, whole, measured):
    with people.busy() as running:
        began = time.monotonic()
        release.upgrade("image.tag=second", "site.image.tag=second")
        kubernetes.await_rollout(PODS_AFTER_UPGRADE)
        took = time.monotonic() - began
    measured("upgrade of every Deployment under load", f"{took:.1f} s; {clients.told(running)}")
    assert all(tags == {"second"} for tags in images(kubernetes).values())
    nobody_noticed(running)


def test_a_rollback_is_not_noticed(release, kubernetes, people, whole, measured):
    first = release.revision() - 1
    with people.busy() as running:
        began = time.monotonic()
        release.helm("rollback", releases.NAME, str(first), "--wait", f"--timeout={releases.INSTALL_LIMIT_S}s")
        kubernetes.await_rollout(PODS_AFTER_UPGRADE)
        took = time.monotonic() - began
    measured("rollback under load", f"{took:.1f} s; {clients.told(running)}")
    assert all(tags == {"first"} for tags in images(kubernetes).values())
    nobody_noticed(running)


def test_an_eviction_of_every_pod_is_not_noticed(release, kubernetes, people, whole, measured):
    """As `kubectl drain` does, one pod after the other, as soon as the PodDisruptionBudget lets it go. The sandbox is a foreign company, of
    which there is one."""
    refused = 0
    victims = [one for one in kubernetes.pods() if one.component != "sandbox"]
    random.Random(21).shuffle(victims)
    with people.busy() as running:
        began = time.monotonic()
        for victim in victims:
            give_up = time.monotonic() + EVICTION_LIMIT_S
            while not kubernetes.evict(victim.name):
                refused += 1
                assert time.monotonic() < give_up, f"{victim.name} may not go"
                time.sleep(0.2)
        kubernetes.await_rollout(PODS_AFTER_UPGRADE)
        took = time.monotonic() - began
    measured("eviction of every pod under load", f"{len(victims)} in {took:.1f} s, {refused} times told to wait; {clients.told(running)}")
    nobody_noticed(running)


def test_two_of_one_program_are_never_evicted_at_once(release, kubernetes, whole):
    first, second = kubernetes.pods("order")
    assert kubernetes.evict(first.name)
    assert not kubernetes.evict(second.name)


def test_pods_that_exceed_their_memory_change_nothing(release, kubernetes, people, whole, measured):
    """An upgrade whose new pods are killed for want of memory stands still beside the old ones, which go on; a rollback ends it."""
    before = {pod.name for pod in kubernetes.pods("order")}
    good = release.revision()

    def killed_for_memory():
        states = [one.get("lastState", {}) | one["state"] for pod in kubernetes.pods("order") if pod.name not in before for one in pod.containers]
        return any(state.get("terminated", {}).get("reason") == "OOMKilled" for state in states)

    with people.busy() as running:
        release.upgrade("programs.order.resources.limits.memory=12Mi", "programs.order.resources.requests.memory=12Mi", wait=False)
        until(killed_for_memory, "a pod that is killed at its limit", limit_s=120)
        assert before <= {pod.name for pod in kubernetes.pods("order") if pod.is_ready}
        release.helm("rollback", releases.NAME, str(good), "--wait", f"--timeout={releases.INSTALL_LIMIT_S}s")
        kubernetes.await_rollout(PODS_AFTER_UPGRADE)
    measured("an upgrade whose pods exceed their memory, and back", clients.told(running))
    assert before == {pod.name for pod in kubernetes.pods("order")}
    nobody_noticed(running)


def test_the_books_agree_after_it(release, people):
    report = release.check_invariants()
    assert report["clean"], report["findings"][:20]
