"""The scenes of parcels and of where an order goes (key_scenes.py)."""

from market import psql
from scene import ACCEPT, SHIP, Scene


def bought(world, count=2):
    """So many orders of a unit, accepted."""
    orders = [world.buyer.place((world.offer, 1)).json() for _ in range(count)]
    for order in orders:
        world.seller.ok("POST", f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}:{ACCEPT[0]}", ACCEPT[1])
    return orders


def sent(world, orders):
    return int(psql("order", "SELECT count(*) FROM parcel WHERE seller_order_id IN ({})".format(
        ", ".join(f"'{order['sellerOrders'][0]['id']}'" for order in orders))))


def create_parcel(world):
    orders = bought(world)
    one, two = ((f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}/parcels", SHIP[1]) for order in orders)
    return Scene(world.seller, one, two, lambda: sent(world, orders), (409, 0))


def parcels_of(world):
    return [world.seller.ok("POST", f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}:ship", SHIP[1])["parcels"][0]["id"]
            for order in bought(world)]


def counted(what, parcels):
    return int(psql("order", f"SELECT {what} FROM parcel WHERE id IN ('{parcels[0]}', '{parcels[1]}')"))


def update_parcel(world):
    parcels = parcels_of(world)
    one, two = ((f"/v1/parcels/{parcel}", {"carrier": "DHL"}) for parcel in parcels)
    return Scene(world.seller, one, two, lambda: counted("sum(version)", parcels))


def deliver_parcel(world):
    parcels = parcels_of(world)
    one, two = ((f"/v1/parcels/{parcel}:deliver", {}) for parcel in parcels)
    return Scene(world.seller, one, two, lambda: counted("count(delivered_at)", parcels), (409, 0))


def change_shipping_address(world):
    """Said again, it is another change to the same."""
    order = world.buyer.place((world.offer, 1)).json()
    path = f"/v1/orders/{order['id']}:changeAddress"
    one, two = ((path, {"shippingAddress": {"recipient": name, "lines": ["7 Crescent"], "city": "Bath", "postalCode": "BA1 2LR",
                                            "countryCode": "GB"}}) for name in ("Ada", "Eve"))
    changes = f"SELECT count(*) FROM order_event WHERE order_id = '{order['id']}' AND address_changed"
    return Scene(world.buyer, one, two, lambda: int(psql("order", changes)), (200, 1))


SCENES = {"CreateParcel": create_parcel, "UpdateParcel": update_parcel, "DeliverParcel": deliver_parcel,
          "ChangeShippingAddress": change_shipping_address}
