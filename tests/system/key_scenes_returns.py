"""The scenes of returns (key_scenes.py)."""

from market import new_key, psql
from scene import ACCEPT, SHIP, Scene

DELIVER = ("deliver", {})


def sent(buyer, seller, offer, quantity=1):
    """An order that has arrived."""
    order = buyer.place((offer, quantity)).json()
    for step, about in (ACCEPT, SHIP, DELIVER):
        seller.ok("POST", f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}:{step}", about)
    return order


def wish(order, quantity=1, **more):
    """The request of a return of units of its first line: where, and what."""
    part = order["sellerOrders"][0]
    return f"/v1/orders/{order['id']}/returns", {
        "sellerOrderId": part["id"], "lines": [{"lineId": part["lines"][0]["id"], "quantity": quantity}], "reason": "WITHDRAWAL", **more}


def sent_back(buyer, seller, offer, before=()):
    """The path of a return on which these steps were taken."""
    path, body = wish(sent(buyer, seller, offer))
    coming = f"/v1/returns/{buyer.ok('POST', path, body, key=new_key())['id']}"
    for step, about in before:
        (buyer if step == "ship" else seller).ok("POST", f"{coming}:{step}", about)
    return coming


def request_return(world):
    orders = [sent(world.buyer, world.seller, world.offer) for _ in range(2)]
    ids = ", ".join(f"'{order['id']}'" for order in orders)
    count = f"SELECT count(*) FROM order_return WHERE order_id IN ({ids})"
    return Scene(world.buyer, wish(orders[0]), wish(orders[1]), lambda: int(psql("order", count)), (409, 0))


def act_on_return(caller, verb, body, before=()):
    def scene(world):
        paths = [sent_back(world.buyer, world.seller, world.offer, before) for _ in range(2)]
        one, two = ((f"{path}:{verb}", body) for path in paths)
        ids = ", ".join(f"'{path.rpartition('/')[2]}'" for path in paths)
        steps = f"SELECT count(*) FROM order_return_step WHERE return_id IN ({ids})"
        return Scene(getattr(world, caller), one, two, lambda: int(psql("order", steps)), (409, 0))

    return scene


APPROVE = ("approve", {})
SCENES = {"RequestReturn": request_return, "ApproveReturn": act_on_return("seller", "approve", {}),
          "RejectReturn": act_on_return("seller", "reject", {"reason": "It was used."}),
          "ShipReturn": act_on_return("buyer", "ship", SHIP[1], [APPROVE]),
          "ReceiveReturn": act_on_return("seller", "receive", {}, [APPROVE]),
          "CloseReturn": act_on_return("seller", "close", {"restock": True}, [APPROVE])}
