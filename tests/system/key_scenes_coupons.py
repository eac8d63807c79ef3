"""The scenes of key_scenes.py that are about coupons."""

import uuid

from market import psql
from scene import Scene


def code():
    return "K-" + uuid.uuid4().hex[:12].upper()


def draft(**members):
    return {"code": code(), "kind": "PERCENTAGE", "percentagePpm": 100_000, **members}


def create_coupon(caller, collection):
    def scene(world):
        person = getattr(world, caller)
        drafts = [draft() for _ in range(2)]
        one, two = ((collection.format(getattr(person, "seller", "")), body) for body in drafts)
        made = "SELECT count(*) FROM coupon WHERE code IN ('{code}', '{}')".format(drafts[1]["code"], **drafts[0])
        # As a new request it finds its own code taken.
        return Scene(person, one, two, lambda: int(psql("order", made)), (409, 0))
    return scene


def made(world):
    return [world.seller.ok("POST", f"/v1/sellers/{world.seller.seller}/coupons", draft())["id"] for _ in range(2)]


def update_coupon(world):
    coupons = made(world)
    one, two = ((f"/v1/coupons/{coupon}", {"totalLimit": 5}) for coupon in coupons)
    versions = "SELECT sum(version) FROM coupon WHERE id IN ('{}', '{}')".format(*coupons)
    return Scene(world.seller, one, two, lambda: int(psql("order", versions)), (200, 0))


def end_coupon(world):
    coupons = made(world)
    one, two = ((f"/v1/coupons/{coupon}", None) for coupon in coupons)
    ended = "SELECT count(*) FROM coupon WHERE state = 'ENDED' AND id IN ('{}', '{}')".format(*coupons)
    return Scene(world.seller, one, two, lambda: int(psql("order", ended)), (204, 0))
