"""The scenes of delivery methods and rates of tax (key_scenes.py)."""

import uuid

from scene import Scene

RATES = "/v1/taxRates"


def parcel(**changed):
    return {"name": "Parcel " + uuid.uuid4().hex[:8], "prices": [{"currency": "EUR", "bands": [{"from": 0, "amount": 490}]}],
            "daysFrom": 1, "daysTo": 3, **changed}


def methods_of(person):
    return person.ok("GET", f"/v1/sellers/{person.seller}/deliveryMethods")["deliveryMethods"]


def two_methods(world):
    path = f"/v1/sellers/{world.seller.seller}/deliveryMethods"
    for method in methods_of(world.seller):    # a shop may have twenty
        world.seller.ok("DELETE", f"{path}/{method['id']}")
    return path, [world.seller.ok("POST", path, parcel())["id"] for _ in range(2)]


def create_delivery_method(world):
    path, _ = two_methods(world)
    return Scene(world.seller, (path, parcel()), (path, parcel()), lambda: len(methods_of(world.seller)), (201, 1))


def update_delivery_method(world):
    path, made = two_methods(world)
    one, two = ((f"{path}/{method}", {"daysTo": 9}) for method in made)
    return Scene(world.seller, one, two, lambda: sum(int(method["etag"]) for method in methods_of(world.seller)))


def delete_delivery_method(world):
    path, made = two_methods(world)
    one, two = ((f"{path}/{method}", None) for method in made)
    return Scene(world.seller, one, two, lambda: -len(methods_of(world.seller)), (404, 0))


def rate(**changed):
    """Of a class of its own, so that it is no other one's."""
    return {"countryCode": "GB", "taxClass": "k" + uuid.uuid4().hex[:12], "ratePpm": 50_000, "source": "a test", **changed}


def british(operator):
    found, token = [], ""
    while True:
        page = operator.ok("GET", RATES, params={"countryCode": "GB", "pageSize": 100, **({"pageToken": token} if token else {})})
        found += page["taxRates"]
        token = page.get("nextPageToken")
        if not token:
            return found


def create_tax_rate(world):
    return Scene(world.operator, (RATES, rate()), (RATES, rate()), lambda: len(british(world.operator)), (400, 0))


def end_tax_rate(world):
    made = [world.operator.ok("POST", RATES, rate())["id"] for _ in range(2)]
    one, two = ((f"{RATES}/{one}:end", {"validUntil": "2027-01-01T00:00:00Z"}) for one in made)
    return Scene(world.operator, one, two, lambda: sum(int(one["etag"]) for one in british(world.operator)))

