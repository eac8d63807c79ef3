"""The chart becomes a marketplace: every program twice, an order, only the connections of the picture."""

import time

import edges
import pytest

INSTALL_LIMIT_S = 180


def test_an_order_is_placed_within_three_minutes(release, measured):
    began = time.monotonic()
    line = release.proof()
    whole = release.installed_s + time.monotonic() - began
    measured("helm install to proof order", f"{whole:.1f} s ({line})")
    assert whole <= INSTALL_LIMIT_S


def test_every_program_runs_twice(release, kubernetes, whole):
    replicas = {}
    for pod in kubernetes.pods():
        assert pod.is_ready, pod.name
        replicas[pod.component] = replicas.get(pod.component, 0) + 1
    assert replicas == {name: 1 if name == "sandbox" else 2 for name in (*edges.PROGRAMS, "site")}


def test_nothing_was_started_twice(release):
    """Probes give a program the time that it takes, and nobody dies for want of a peer that starts beside it."""
    assert not release.restarts()


@pytest.fixture(scope="module")
def everything(release, kubernetes):
    """What listens; the node, which no policy holds back, can connect to all of it, so that who can't is refused."""
    found = edges.targets(kubernetes.pods())
    silent = set(found) - edges.reached(None, found)
    assert not silent, f"nobody listens there: {silent}"
    return found


def test_connections_are_those_of_the_picture(release, kubernetes, everything, measured):
    """From every pod to everything that listens in the cluster."""
    wrong, tried, let_through = [], 0, 0
    outsiders = [release.outsider(name) for name in ("door", "scraper", "stranger")]
    for pod in (*kubernetes.pods(), *outsiders):
        asked = edges.asked_of(pod.component, pod, everything)
        can = edges.reached(pod.pid(), asked)
        may = {one for one in asked if edges.allowed(pod.component, one)}
        wrong += [f"{pod.name} reaches {one}" for one in can - may] + [f"{pod.name} is kept from {one}" for one in may - can]
        tried, let_through = tried + len(asked), let_through + len(can)
    measured("connections tried from every pod", f"{tried}, of which {let_through} are in the picture and work; the others are refused")
    assert not wrong, f"{len(wrong)} of {tried}: {wrong[:20]}"
