"""The scenes of order's methods about carts and the wish list (key_scenes.py). Each has somebody of its own, whose one cart it is."""

import uuid

from market import Client, Person, psql, until
from scene import Scene

CARTS, WISHES = "/v1/carts", "/v1/wishlist"


class Bearer(Person):
    """Who brings a guest's cart along."""

    cart_token = None

    def call(self, method, path, body=None, key=None, headers=None, **arguments):
        brought = {"X-Cart-Token": self.cart_token} if self.cart_token else {}
        return super().call(method, path, body, key=key, headers={**brought, **(headers or {})}, **arguments)


def shopper(world, *offers):
    """Somebody, and the path of a cart of theirs with a unit of each offer."""
    person = Bearer(world.stack["url"], world.stack["caFile"])
    cart = f"{CARTS}/{person.ok('POST', CARTS, {})['cart']['id']}"
    for offer in offers:
        person.ok("PUT", f"{cart}/items/{offer}", {"quantity": 1})
    return person, cart


def two_offers(world):
    return [world.offer, world.seller.create_product(world.category)["offers"][0]["id"]]


def items(person, cart):
    return len(person.ok("GET", cart)["items"])


def put_item(world):
    person, cart = shopper(world)
    one, two = ((f"{cart}/items/{offer}", {"quantity": 1}) for offer in two_offers(world))
    return Scene(person, one, two, lambda: items(person, cart))


def delete_item(world):
    offers = two_offers(world)
    person, cart = shopper(world, *offers)
    one, two = ((f"{cart}/items/{offer}", None) for offer in offers)
    return Scene(person, one, two, lambda: -items(person, cart))


def choose(what, *bodies):
    """Each change of a cart is a version of it."""
    def scene(world):
        person, cart = shopper(world)
        one, two = ((f"{cart}/{what}", body) for body in bodies)
        changes = f"SELECT version FROM cart WHERE id = '{cart.rpartition('/')[2]}'"
        return Scene(person, one, two, lambda: int(psql("order", changes)), (200, 1))
    return scene


def delete_cart(world):
    person, cart = shopper(world)
    return Scene(person, (cart, None), None, lambda: -int(psql("order", f"SELECT count(*) FROM cart WHERE account_id = '{person.id}'")), (404, 0))


def merge_cart(world):
    person, cart = shopper(world)
    guest = Client(world.stack["url"], world.stack["caFile"])
    made = guest.ok("POST", CARTS, {})
    person.cart_token = made["cartToken"]
    path = f"{CARTS}/{made['cart']['id']}"
    guest.ok("PUT", f"{path}/items/{world.offer}", {"quantity": 1}, headers={"X-Cart-Token": made["cartToken"]})
    return Scene(person, (f"{path}:merge", {}), None, lambda: items(person, cart))


def check_out(world):
    person, cart = shopper(world, world.offer)
    until(lambda: person.get("/v1/users/me").status_code == 200, "the profile")
    body = {"shippingAddressId": person.add_address(), "paymentMethod": "pm_card_visa"}
    return Scene(person, (f"{cart}:checkout", body), None, lambda: len(person.ok("GET", "/v1/orders")["orders"]), (409, 0))


def wishes(person):
    return len(person.ok("GET", WISHES)["wishes"])


def put_wish(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    one, two = ((f"{WISHES}/{offer}", {}) for offer in two_offers(world))
    return Scene(person, one, two, lambda: wishes(person))


def delete_wish(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    offers = two_offers(world)
    for offer in offers:
        person.ok("PUT", f"{WISHES}/{offer}", {})
    one, two = ((f"{WISHES}/{offer}", None) for offer in offers)
    return Scene(person, one, two, lambda: -wishes(person), (204, 0))


CHOICES = [{"deliveryChoices": [{"sellerId": str(uuid.uuid4()), "deliveryMethodId": str(uuid.uuid4())}]} for _ in range(2)]
SCENES = {"PutCartItem": put_item, "DeleteCartItem": delete_item, "DeleteCart": delete_cart, "MergeCart": merge_cart, "CheckoutCart": check_out,
          "PutCartDelivery": choose("delivery", *CHOICES), "PutCartCoupons": choose("coupons", {"couponCodes": ["ONE"]}, {"couponCodes": ["TWO"]}),
          "PutWish": put_wish, "DeleteWish": delete_wish}
