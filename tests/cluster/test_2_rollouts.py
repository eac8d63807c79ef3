"""Replicas come and go while people read and buy: nobody notices."""

import random
import time

import clients
import release as releases
from market import until

EVICTION_LIMIT_S = 240


def images(kubernetes):
    return {pod.component: {one["image"].rpartition(":")[2] for one in pod.containers} for pod in kubernetes.pods()}


def nobody_noticed(running):
    assert not running.failures, f"{clients.told(running)}: {running.failures[:20]}"
    assert len(running.attempts) > 20, "hardly anybody bought anything"


def test_an_upgrade_of_everything_is_not_noticed(release, kubernetes, people, whole, measured):
    with people.busy() as running:
        began = time.monotonic()
        release.upgrade("image.tag=second", "site.image.tag=second")
        kubernetes.await_rollout()
        took = time.monotonic() - began
    measured("upgrade of every Deployment under load", f"{took:.1f} s; {clients.told(running)}")
    assert all(tags == {"second"} for tags in images(kubernetes).values())
    nobody_noticed(running)


def test_a_rollback_is_not_noticed(release, kubernetes, people, whole, measured):
    first = release.revision() - 1
    with people.busy() as running:
        began = time.monotonic()
        release.helm("rollback", releases.NAME, str(first), "--wait", f"--timeout={releases.INSTALL_LIMIT_S}s")
        kubernetes.await_rollout()
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
        kubernetes.await_rollout()
        took = time.monotonic() - began
    measured("eviction of every pod under load", f"{len(victims)} in {took:.1f} s, {refused} times told to wait; {clients.told(running)}")
    nobody_noticed(running)


def test_two_of_one_program_are_never_evicted_at_once(release, kubernetes, whole):
    first, second = kubernetes.pods("order")
    assert kubernetes.evict(first.name)
    assert not kubernetes.evict(second.name)


def test_an_upgrade_that_can_not_start_changes_nothing(release, kubernetes, people, whole, measured):
    """Its new pods stand beside the old ones, which go on; a rollback ends it."""
    before = {pod.name for pod in kubernetes.pods()}
    good = release.revision()

    def waiting():
        states = [one["state"] for pod in kubernetes.pods("order") if pod.name not in before for one in init_containers(pod)]
        return any("waiting" in state and state["waiting"].get("reason") == "ErrImageNeverPull" for state in states)

    with people.busy() as running:
        release.upgrade("image.tag=none", wait=False)
        until(waiting, "a pod without an image", limit_s=120)
        assert {pod.name for pod in kubernetes.pods() if pod.is_ready} == before
        release.helm("rollback", releases.NAME, str(good), "--wait", f"--timeout={releases.INSTALL_LIMIT_S}s")
        kubernetes.await_rollout()
    measured("an upgrade to an image that is not there, and back", clients.told(running))
    assert {pod.name for pod in kubernetes.pods()} == before
    nobody_noticed(running)


def init_containers(pod):
    return pod.facts["status"].get("initContainerStatuses", [])


def test_the_books_agree_after_it(release, people):
    report = release.check_invariants()
    assert report["clean"], report["findings"][:20]
