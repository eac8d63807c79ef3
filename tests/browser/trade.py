"""A shop of the moment with something on every page of its console, and who works in it."""

import base64
import time

import key_scenes_payouts as money
import market
from pictures import drawn

# What would run, or be asked for, in a page that took it for more than words.
MISCHIEF = """<img src="/none.png" onerror="document.title='taken'"><script src="/none.js"></script>"""

AS_IT_IS = {"Content-Type": "application/octet-stream"}
PASSWORD = market.Person.password


def variants(owner, category, title, count):
    """A published product with so many variants, as the editor makes them."""
    offers = [{"sku": f"T-{market.new_key()[:12]}", "options": {"colour": f"shade {number}"}, "price": {"amount": 2000 + number, "currency": "EUR"},
               "stock": 40, "lowStockThreshold": 3, "weightGrams": 250} for number in range(count)]
    body = {"title": title, "description": "Enamelled iron.\nHolds 0.8 l.", "categoryId": category, "attributes": {"material": "iron"},
            "offers": offers, "pictureIds": [picture(owner)]}
    product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=market.new_key())
    return owner.ok("POST", f"/v1/products/{product['id']}:publish", {})


def picture(owner):
    answer = owner.call("POST", f"/v1/sellers/{owner.seller}/pictures?altText=A+teapot", drawn(), headers=AS_IT_IS)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def part_of(answer):
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()["sellerOrders"][0]


def act(owner, part, *verbs):
    for verb in verbs:
        body = {"carrier": "Royal Mail", "trackingNumber": "RM1"} if verb == "ship" else {}
        owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body, key=market.new_key())


def paid_out(owner):
    """A payout that the bank has; more can be asked for."""
    for minor in (25_000, -1_300):
        money.due(owner.seller, minor)
    money.account(owner.seller, money.STAYS)
    asked = owner.post(*money.wish(owner.seller, 12_000), key=market.new_key())
    assert asked.status_code == 201, asked.text
    return money.came_to(owner, asked.json()["id"], "SUBMITTED")["id"]


def finished(owner, path):
    def done():
        found = owner.ok("GET", path)
        return found if found["state"] in ("DONE", "FAILED") else None
    return market.until(done, "the end of the import")


IMPORT = """sku,title,category,price,currency,stock
GOOD-1,Good cup,{category},5.00,EUR,1
BAD-1,Bad cup,{category},five,EUR,1
BAD-2,Bad plate,nowhere,5.00,EUR,1
"""


def trade(stack):
    """Its parts by name; MISCHIEF stands in every text that somebody else has written."""
    owner = market.Person(stack["url"], stack["caFile"], "Olga")
    owner.open_seller()
    category = owner.ok("GET", "/v1/categories")["categories"][0]["id"]
    pot = variants(owner, category, "Enamel teapot", 4)
    low = owner.create_product(category, stock=2, title="Last kettle")
    owner.create_product(category, publish=False, title="Unfinished mug")
    staff = market.join(owner, market.Person(stack["url"], stack["caFile"], "Stan"), "staff")
    manager = market.join(owner, market.Person(stack["url"], stack["caFile"], "Mona"), "manager")
    buyer = market.Person(stack["url"], stack["caFile"], "Bea")
    buyer.add_address()
    offer = pot["offers"][0]["id"]
    other = pot["offers"][1]["id"]
    to_accept = part_of(buyer.place((offer, 1)))
    to_reject = part_of(buyer.place((offer, 2)))
    by_keys = part_of(buyer.place((offer, 3), (other, 2)))
    to_send = part_of(buyer.place((offer, 1), (other, 2)))
    act(owner, to_send, "accept")
    came = part_of(buyer.place((offer, 2)))
    act(owner, came, "accept", "ship", "deliver")
    line = came["lines"][0]
    body = {"sellerOrderId": came["id"], "lines": [{"lineId": line["id"], "quantity": 1}], "reason": "DAMAGED", "text": MISCHIEF}
    back = buyer.ok("POST", f"/v1/orders/{came['orderId']}/returns", body, key=market.new_key())
    review = {"rating": 4, "title": MISCHIEF, "text": "Well made.\n" + MISCHIEF}
    written = buyer.post(f"/v1/orderLines/{line['id']}/review", review, key=market.new_key())
    assert written.status_code == 201, written.text
    talk = buyer.ok("POST", "/v1/conversations", {"sellerId": owner.seller, "productId": pot["id"], "text": MISCHIEF}, key=market.new_key())
    shop = f"/v1/sellers/{owner.seller}"
    owner.ok("POST", f"{shop}/coupons", {"code": f"TEA-{int(time.time())}", "kind": "PERCENTAGE", "percentagePpm": 100000}, key=market.new_key())
    prices = [{"currency": "EUR", "bands": [{"from": 0, "amount": 490}], "freeFrom": 5000}]
    owner.ok("POST", f"{shop}/deliveryMethods", {"name": "Parcel", "prices": prices, "daysFrom": 2, "daysTo": 4}, key=market.new_key())
    owner.ok("POST", f"{shop}/invitations", {"email": f"{market.new_key()}@example.test", "role": "staff"}, key=market.new_key())
    owner.ok("POST", f"{shop}/apiKeys", {"name": "Warehouse", "permissions": ["orders.read", "stock.adjust"]})
    answer = owner.call("POST", f"{shop}/imports?dryRun=true&format=CSV", IMPORT.format(category=category).encode(), key=market.new_key(), headers=AS_IT_IS)
    assert answer.status_code == 201, answer.text
    payout = paid_out(owner)
    market.until(lambda: owner.ok("GET", f"{shop}/earnings", params={"state": "EARNED"})["sales"], "what was delivered to be earned")
    report = finished(owner, f"{shop}/imports/{answer.json()['id']}")
    return {"owner": {"email": owner.email, "password": PASSWORD}, "staff": {"email": staff.email, "password": PASSWORD},
            "manager": {"email": manager.email, "password": PASSWORD}, "payout": payout,
            "seller": owner.seller, "product": pot["id"], "offers": [one["id"] for one in pot["offers"]], "low": low["id"],
            "accept": to_accept["id"], "reject": to_reject["id"], "byKeysNumber": by_keys["number"],
            "send": to_send["id"], "came": came["id"],
            "return": back["id"], "conversation": talk["id"], "import": report["id"], "category": category, "mischief": MISCHIEF,
            "picture": base64.b64encode(drawn()).decode()}
