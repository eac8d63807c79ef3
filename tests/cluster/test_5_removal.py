"""Uninstalled: nothing is left but data."""

import kube
import release as releases
from market import until

# Made before the release, or by the cluster itself.
KEPT = {"persistentvolumeclaims": {"pictures"}, "configmaps": {"kube-root-ca.crt"}, "serviceaccounts": {"default"},
        "secrets": {f"{name}-tls" for name in releases.IDENTITIES} | {"databases", "marketplace-root-key", "operator"}}


def test_uninstall_leaves_data_only(release, kubernetes, behind, people):
    sold = people.sold()
    release.helm("uninstall", releases.NAME, "--wait", "--timeout=300s")
    until(lambda: not kubernetes.items("pods"), "all pods to be gone", limit_s=180)
    left = {kind: {one["metadata"]["name"] for one in kubernetes.items(kind)} for kind in kube.PATHS}
    assert {kind: names for kind, names in left.items() if names} == KEPT
    assert int(behind.psql("order", "SELECT count(*) FROM orders")) >= sold


def test_installed_again_it_goes_on_with_the_data(release, kubernetes):
    sold = int(release.backends.psql("order", "SELECT count(*) FROM orders"))
    release.install()
    kubernetes.await_rollout()
    release.proof()
    assert int(release.backends.psql("order", "SELECT count(*) FROM orders")) == sold + 1
