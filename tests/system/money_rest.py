"""The marketplace as the model of money plays with it (tests/models/plays.py): REST, in the words of the model. What docs/openapi.yaml does not
have yet is not done and not shown."""

import itertools
import time

import contract
import market
import plays
from market import new_key

CURRENCY = "NOK"     # of no other test, so that what the ledger gains in it is ours
SETTLED_S = 60       # how long money and stock may take to follow an act
TOKENS_LAST_S = 300
SHIPMENT = {"carrier": "Posten", "trackingNumber": "N1"}

PATHS = {act: f"/v1/sellerOrders/{{sellerOrderId}}:{act}" for act in ("accept", "ship", "deliver", "reject")} \
    | {"cancel": "/v1/orders/{orderId}:cancel", "refund": "/v1/payments/{paymentId}:refund", "parcel": "/v1/sellerOrders/{sellerOrderId}/parcels",
       "deliver_parcel": "/v1/parcels/{parcelId}:deliver", "confirm": "/v1/sellerOrders/{sellerOrderId}:confirmReceipt",
       "request_return": "/v1/orders/{orderId}/returns"}
INVOICES = "/v1/sellerOrders/{sellerOrderId}/invoices"
BODIES = {"ship": SHIPMENT, "reject": {"reason": "out of cups"}}
SCHEMAS = {"order": "Order", "part": "SellerOrder", "line": "OrderLine"}
WORDS = {"order": ("total", "refunded", "net"), "part": ("state", "total", "refunded", "net"),
         "line": ("quantity", "unitPrice", "total", "cancelledQuantity", "shippedQuantity", "returnedQuantity")}
ACCOUNTS = ("psp_clearing", "order_escrow", "coupon_funding", "commission_revenue", "commission_tax")
REFUSED_ORDERS = ("OUT_OF_STOCK", "COUPON_NOT_APPLICABLE", "DELIVERY_UNAVAILABLE")


def has(schema, field):
    return field in contract.openapi()["components"]["schemas"].get(schema, {}).get("properties", {})


def has_path(path):
    return path in contract.openapi()["paths"]


def minor(value):
    return value["amount"] if isinstance(value, dict) else value


def money(amount):
    return {"amount": amount, "currency": CURRENCY}


def done(answer):
    """Whether it was, or was refused; anything else is a fault."""
    assert answer.is_success or answer.status_code in (400, 409, 422), f"{answer.request.url}: {answer.status_code} {answer.text[:800]}"
    return answer.is_success


def of_cost(place, where, price, shown):
    """What a line or a delivery says of its price, discounts and tax."""
    found = [((*place, "price"), where, price), ((*place, "discounts"), where, sum(one["amount"]["amount"] for one in shown["discounts"])),
             ((*place, "taxAmount"), where, minor(shown["tax"]["amount"])), ((*place, "ratePpm"), where, shown["tax"]["ratePpm"])]
    return found + [((*place, f"{one['source'].removeprefix('coupon/')} {one['funder']}", "discount"), where, minor(one["amount"]))
                    for one in shown["discounts"]]


def of_part(part, where):
    """What a quote and an order say alike."""
    place = ("part", part["sellerId"])
    sending = part["delivery"]
    found = [((*place, "total"), where, minor(part["total"])), ((*place, "delivery"), where, minor(sending["total"])),
             ((*place, "tax"), where, sum(one["amount"]["amount"] for one in part["taxes"])),
             *of_cost((*place, "sending"), where, minor(sending["price"]), sending)]
    for one in part["taxes"]:
        found += [((*place, str(one["ratePpm"]), "rateTax"), where, minor(one["amount"])),
                  ((*place, str(one["ratePpm"]), "rateNet"), where, minor(one["net"]))]
    for line in part["lines"]:
        place = ("line", part["sellerId"], line["offerId"])
        found += [((*place, "total"), where, minor(line["total"])),
                  *of_cost(place, where, line["quantity"] * minor(line["unitPrice"]), line)]
    return found


def of_coupons(shown, where):
    return [(("order", one["code"], "coupon"), where, minor(one["amount"])) for one in shown["coupons"]]


class Rest(plays.Other):
    acts = frozenset(act for act, path in PATHS.items() if has_path(path))
    cancels_units = has("CancelOrderRequest", "lines")
    refunds_orders = False
    waits_for_another_method = has_path("/v1/orders/{orderId}:pay")
    # Besides the words of the contract for the model's, what stands in the payment, in its copies, at the offer and in the ledger.
    shows = {(what, word) for what, schema in SCHEMAS.items() for word in WORDS[what] if has(schema, word)} \
        | {("order", "captured"), ("order", "refunded"), ("order", "coupon"), ("part", "refunded"), ("part", "delivery"), ("part", "tax"),
           ("part", "rateTax"), ("part", "rateNet"), ("offer", "available"), ("coupon", "redeemed")} \
        | {(what, word) for what in ("part", "line") for word in ("price", "discounts", "discount", "taxAmount", "ratePpm")} \
        | {("ledger", account) for account in ACCOUNTS} | {("shop", "pending"), ("shop", "available")} \
        | ({("part", "parcels")} if has("SellerOrder", "parcels") else set()) \
        | ({("return", "state"), ("return", "amount")} if "request_return" in acts else set()) \
        | ({("part", word) for word in ("invoiced", "credited", "notes")} if has_path(INVOICES) else set())

    def __init__(self, buyer, operator, owners, addresses):
        self.buyer, self.operator = buyer, operator
        self.owners = {owner.seller: owner for owner in owners}
        self.addresses = addresses    # {(country, region): what an order says of where it goes}
        self.products, self.methods, self.coupons = {}, {}, {}    # by offer: (seller, product); by (seller, name) and code: ids
        self.ids, self.quotes, self.returns = [], [], {}          # by order; of the last by (order, return)
        self.cancelling = itertools.cycle(("buyer", "shop", "operator"))
        self.renewed = time.monotonic()
        self.ledger_before = self.ledger()

    def sell(self, owner, category, offers):
        """The product and the ids of its offers, which are (price, stock, class of tax, weight)."""
        drafts = [{"sku": "M-" + new_key()[:12], "options": {"size": str(number)}, "price": money(price), "stock": stock, "taxClass": tax_class,
                   **({"weightGrams": weight} if weight else {})} for number, (price, stock, tax_class, weight) in enumerate(offers)]
        product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products",
                           {"title": "Difference engine", "description": "Brass.", "categoryId": category, "offers": drafts}, key=new_key())
        owner.ok("POST", f"/v1/products/{product['id']}:publish", {})
        by_sku = {one["sku"]: one["id"] for one in product["offers"]}
        self.products |= {offer: (owner.seller, product["id"]) for offer in by_sku.values()}
        return product["id"], [by_sku[draft["sku"]] for draft in drafts]

    def send_by(self, seller, name, method):
        bands = [{"from": start, "amount": amount} for start, amount in method.prices.items()]
        price = {"currency": CURRENCY, "bands": bands} | ({"freeFrom": method.free_from} if method.free_from is not None else {})
        draft = {"name": name, "prices": [price], "daysFrom": 1, "daysTo": 3, "countries": list(method.countries),
                 "basis": "WEIGHT" if method.by_weight else "ORDER_VALUE"}
        if method.max_weight is not None:
            draft["maxWeightGrams"] = method.max_weight
        if method.is_fetched:
            draft["pickupPlace"] = "At the counter"
        made = self.owners[seller].ok("POST", f"/v1/sellers/{seller}/deliveryMethods", draft, key=new_key())
        self.methods[seller, name] = made["id"]

    def offer_coupon(self, code, coupon, **scope):
        """`scope` says of which products it is."""
        draft = {"code": code, "kind": coupon.kind, **scope}
        if coupon.kind == "PERCENTAGE":
            draft["percentagePpm"] = coupon.amount
        elif coupon.kind == "FIXED":
            draft["amount"] = money(coupon.amount)
        if coupon.minimum:
            draft["minimum"] = money(coupon.minimum)
        if coupon.only_shop:
            draft["onlySellerId"] = coupon.only_shop
        if coupon.limit:
            draft["totalLimit"] = coupon.limit
        if coupon.shop:
            made = self.owners[coupon.shop].ok("POST", f"/v1/sellers/{coupon.shop}/coupons", draft)
        else:
            share = {0: {"funder": "MARKETPLACE"}, 1_000_000: {"funder": "SELLER"}}
            made = self.operator.ok("POST", "/v1/coupons", draft | share.get(coupon.seller_share, {"funder": "SPLIT",
                                                                                                  "sellerSharePpm": coupon.seller_share}))
        self.coupons[code] = made["id"]

    def take_commission(self, seller, terms):
        """A rule of this shop's own."""
        draft = {"name": "Of one shop", "sellerId": seller, "percentagePpm": terms.percentage, "onDelivery": terms.on_delivery, "taxPpm": terms.tax}
        draft |= {word: money(amount) for word, amount in (("fixed", terms.fixed), ("floor", terms.floor), ("cap", terms.cap)) if amount}
        made = self.operator.ok("POST", "/v1/commissionRules", draft, key=new_key())
        self.operator.ok("POST", f"/v1/commissionRules/{made['id']}:publish", {})

    def now(self):
        return time.time()

    def registered(self, shops):
        """{shop that is: its country}"""
        return {seller: country for seller, (country, is_registered) in zip(self.owners, shops) if is_registered}

    def await_registered(self, model):
        """Until order has heard of all of them: before that it charges no tax."""
        ones = [next(name for name, offer in model.offers.items() if offer.shop == shop and offer.tax_class != "zero")
                for shop in model.prices.traders]
        wanted = self.basket(plays.Basket(dict.fromkeys(ones, 1), "DE"))

        def taxed():
            return all(part["lines"][0]["tax"]["ratePpm"] for part in self.buyer.ok("POST", "/v1/orders:quote", wanted)["sellers"])

        market.until(taxed, "order to know who is registered")

    def renew(self):
        if time.monotonic() - self.renewed > TOKENS_LAST_S:
            for one in (self.buyer, self.operator, *self.owners.values()):
                one.refresh()
            self.renewed = time.monotonic()

    def order(self, number):
        return self.buyer.ok("GET", f"/v1/orders/{self.ids[number]}")

    def payment(self, number):
        return self.buyer.ok("GET", f"/v1/orders/{self.ids[number]}/payment")

    def part(self, number, shop):
        return next(part for part in self.order(number)["sellerOrders"] if part["sellerId"] == shop)

    def ledger(self):
        balances = self.operator.ok("GET", "/v1/ledger/balances")["balances"]
        return {one["account"]: one["amount"] for one in balances if one["currency"] == CURRENCY}

    def method(self, declined):
        return "pm_card_visa_chargeDeclined" if declined else "pm_card_visa"

    def basket(self, wanted):
        return {"currency": CURRENCY, "items": [{"offerId": offer, "quantity": units} for offer, units in wanted.items.items()],
                "couponCodes": list(wanted.coupons), **self.addresses[wanted.country, wanted.region],
                "deliveryChoices": [{"sellerId": shop, "deliveryMethodId": self.methods[shop, name]} for shop, name in wanted.choices.items()]}

    def place(self, number, wanted, declined):
        self.renew()
        basket = self.basket(wanted)
        quote = self.buyer.post("/v1/orders:quote", basket)
        if quote.is_success:
            basket["quoteHash"] = quote.json()["quoteHash"]
        answer = self.buyer.post("/v1/orders", basket | {"paymentMethod": self.method(declined)}, key=new_key())
        if answer.status_code == 409:
            assert answer.json()["reason"] in REFUSED_ORDERS, answer.text
            return False
        assert answer.status_code in ((402,) if declined else (201, 202)), f"{answer.status_code} {answer.text[:800]}"
        assert len(self.ids) == number and quote.is_success, f"bought, and not quoted: {quote.text}"
        self.ids.append(self.id_of_declined(answer) if declined else answer.json()["id"])
        explained = self.buyer.ok("POST", f"/v1/orders/{self.ids[number]}:explain")
        assert explained["matches"], f"{self.ids[number]} is explained otherwise: {explained}"
        self.quotes.append(self.quoted(quote.json()))
        return True

    @staticmethod
    def quoted(quote):
        found = [(("order", "total"), "quote", minor(quote["total"])), *of_coupons(quote, "quote")]
        return found + [one for part in quote["sellers"] for one in of_part(part, "quote")]

    def id_of_declined(self, answer):
        if self.waits_for_another_method:
            return answer.json()["metadata"]["orderId"]
        return self.buyer.ok("GET", "/v1/orders?state=FAILED")["orders"][0]["id"]

    def pay(self, number):
        return done(self.buyer.post(f"/v1/orders/{self.ids[number]}:pay", {"paymentMethod": self.method(declined=False)}, key=new_key()))

    def is_voided(self, number):
        def standing_still():
            answer = self.buyer.get(f"/v1/orders/{self.ids[number]}/payment")
            return answer.is_success and answer.json()["state"] in ("CAPTURED", "VOIDED") and answer.json()["state"]

        return market.until(standing_still, "the capture", limit_s=SETTLED_S) == "VOIDED"

    def of_part(self, act, number, shop, body=None, person=None):
        path = PATHS[act].format(sellerOrderId=self.part(number, shop)["id"])
        return done((person or self.owners[shop]).post(path, body or BODIES.get(act, {}), key=new_key()))

    def accept(self, number, shop):
        return self.of_part("accept", number, shop)

    def ship(self, number, shop):
        return self.of_part("ship", number, shop)

    def deliver(self, number, shop):
        return self.of_part("deliver", number, shop)

    def reject(self, number, shop):
        return self.of_part("reject", number, shop)

    def confirm(self, number, shop):
        return self.of_part("confirm", number, shop, person=self.buyer)

    def parcel(self, number, shop, units):
        """All that is left is said by naming nothing, by turns."""
        part = self.part(number, shop)
        left = {line["offerId"]: line["quantity"] - line["cancelledQuantity"] - line["shippedQuantity"] for line in part["lines"]}
        is_rest = units == {offer: quantity for offer, quantity in left.items() if quantity} and number % 2
        return self.of_part("parcel", number, shop, SHIPMENT | ({} if is_rest else {"lines": lines_of(part, units)}))

    def deliver_parcel(self, number, shop, parcel):
        part = self.part(number, shop)
        return done(self.owners[shop].post(f"/v1/parcels/{part['parcels'][parcel]['id']}:deliver", {}, key=new_key()))

    def cancel(self, number, units):
        """By turns by the buyer, the shop, where it is about one alone, and an operator."""
        parts = {part["sellerId"]: part for part in self.order(number)["sellerOrders"]}
        wanted = {"reason": "too many"}
        if self.cancels_units and all(units.values()):
            wanted["lines"] = [line for shop in units for line in lines_of(parts[shop], units[shop])]
        else:
            wanted["sellerOrderIds"] = [parts[shop]["id"] for shop in units]
        by = next(self.cancelling)
        if by == "shop" and len(units) == 1:
            wanted.pop("sellerOrderIds", None)
            shop, = units
            return done(self.owners[shop].post(f"/v1/sellerOrders/{parts[shop]['id']}:cancel", wanted, key=new_key()))
        person = self.operator if by == "operator" else self.buyer
        return done(person.post(f"/v1/orders/{self.ids[number]}:cancel", wanted, key=new_key()))

    def refund(self, number, amount, shop):
        wanted = {"amount": money(amount), "reason": "a scratch", "sellerOrderId": self.part(number, shop)["id"]}
        return done(self.operator.post(f"/v1/payments/{self.payment(number)['id']}:refund", wanted, key=new_key()))

    def request_return(self, number, shop, units):
        part = self.part(number, shop)
        answer = self.buyer.post(f"/v1/orders/{self.ids[number]}/returns",
                                 {"sellerOrderId": part["id"], "lines": lines_of(part, units), "reason": "WITHDRAWAL"}, key=new_key())
        if done(answer):
            count = sum(1 for order, _ in self.returns if order == number)
            self.returns[number, count] = (answer.json()["id"], shop)
        return answer.is_success

    def of_return(self, act, number, wanted, body=None, by_buyer=False):
        made, shop = self.returns[number, wanted]
        return done((self.buyer if by_buyer else self.owners[shop]).post(f"/v1/returns/{made}:{act}", body or {}, key=new_key()))

    def approve_return(self, number, wanted):
        return self.of_return("approve", number, wanted)

    def reject_return(self, number, wanted):
        return self.of_return("reject", number, wanted, {"reason": "it was used"})

    def ship_return(self, number, wanted):
        return self.of_return("ship", number, wanted, SHIPMENT, by_buyer=True)

    def receive_return(self, number, wanted):
        return self.of_return("receive", number, wanted)

    def close_return(self, number, wanted, restock):
        return self.of_return("close", number, wanted, {"restock": restock})

    def restock(self, offer, units):
        owner = self.owners[self.products[offer][0]]
        return done(owner.post(f"/v1/offers/{offer}:adjustStock", {"delta": units, "reason": "more"}, key=new_key()))

    def shown(self, number):
        order, payment = self.order(number), self.payment(number)
        found = [*self.quotes[number], *self.named("order", (), order), *of_coupons(order, "Order")]
        shops = {part["id"]: part["sellerId"] for part in order["sellerOrders"]}
        for part in order["sellerOrders"]:
            found += self.of_seller(part, "Order")
        part = order["sellerOrders"][len(self.ids) % len(order["sellerOrders"])]
        found += self.of_seller(self.owners[part["sellerId"]].ok("GET", f"/v1/sellerOrders/{part['id']}"), "SellerOrder")
        for word in ("captured", "refunded"):
            found += [(("order", word), "payment", minor(payment[word])), (("order", word), "the order's summary", minor(order["payment"][word]))]
        found.append((("order", "total"), "payment", minor(payment["amount"])))
        for split in payment["splits"]:
            place = ("part", shops[split["sellerOrderId"]])
            found += [((*place, "total"), "split", minor(split["amount"])), ((*place, "refunded"), "split", minor(split["refunded"]))]
        for product in {line["productId"] for part in order["sellerOrders"] for line in part["lines"]}:
            offers = self.buyer.ok("GET", f"/v1/products/{product}?currency={CURRENCY}")["offers"]
            found += [(("offer", offer["id"], "available"), "product", offer["available"]) for offer in offers]
        found += self.of_returns(number)
        for one in order["coupons"]:
            coupon = self.operator.ok("GET", f"/v1/coupons/{self.coupons[one['code']]}")
            found.append((("coupon", one["code"], "redeemed"), "coupon", coupon["redeemed"]))
        ledger = self.ledger()
        return found + [(("ledger", account), "ledger", ledger.get(account, 0) - self.ledger_before.get(account, 0))
                        for account in ACCOUNTS] + [one for shop in shops.values() for one in self.of_shop(shop)]

    def of_shop(self, shop):
        balances = self.owners[shop].ok("GET", f"/v1/sellers/{shop}/balance")["balances"]
        one = next((one for one in balances if one["currency"] == CURRENCY), None)
        return [(("shop", shop, word), "balance", minor(one[word]) if one else 0) for word in ("pending", "available")]

    def of_seller(self, part, where):
        place = ("part", part["sellerId"])
        found = self.named("part", place[1:], part) + of_part(part, where)
        for line in part["lines"]:
            found += self.named("line", (part["sellerId"], line["offerId"]), line)
        if has("SellerOrder", "parcels"):
            found.append(((*place, "parcels"), where, len(part["parcels"])))
        return found + (self.of_invoices(place, part) if where == "Order" and has_path(INVOICES) else [])

    def of_invoices(self, place, part):
        documents = self.buyer.ok("GET", INVOICES.format(sellerOrderId=part["id"]), params={"pageSize": 100})["invoices"]
        for one in documents:
            assert minor(one["net"]) + minor(one["tax"]) == minor(one["total"]), one
        notes = [minor(one["total"]) for one in documents if one["kind"] == "CREDIT_NOTE"]
        return [((*place, "invoiced"), "invoice", minor(one["total"])) for one in documents if one["kind"] == "INVOICE"] \
            + [((*place, "credited"), "credit notes", sum(notes)), ((*place, "notes"), "credit notes", len(notes))]

    def of_returns(self, number):
        found = []
        for (order, one), (made, _) in self.returns.items():
            if order == number:
                shown = self.buyer.ok("GET", f"/v1/returns/{made}")
                found.append((("return", str(one), "state"), "return", shown["state"]))
                # Before that it is what would go back.
                found.append((("return", str(one), "amount"), "return", minor(shown["amount"]) if shown["state"] == "CLOSED" else 0))
        return found

    def named(self, what, place, answer):
        """The words of the contract that are words of the model, too."""
        return [((what, *place, word), SCHEMAS[what], minor(answer[word])) for word in WORDS[what] if has(SCHEMAS[what], word)]

    def at_last(self, differences):
        give_up = time.monotonic() + SETTLED_S
        while (found := differences()) and time.monotonic() < give_up:
            time.sleep(0.05)
        return found


def lines_of(part, units):
    return [{"lineId": line["id"], "quantity": units[line["offerId"]]} for line in part["lines"] if line["offerId"] in units]
