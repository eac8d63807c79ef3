"""What the contract says an order costs, told a second time: coupons, how shops send, and the tax of where it goes.

Written from contract.md, docs/adr/0049 and 0050 and what docs/openapi.yaml says of the fields, as order_money.py is, and worth nothing once it
shares anything with the services. Amounts are minor units of one currency, rates and shares parts per million.

A shop's coupons come off first, the marketplace's of what is left. A percentage is rounded half up for each line; a fixed amount is shared by
what the lines cost by then. Tax is of the discounted price, in it or added to it, and rounded half up once for each line and each delivery.
"""

import dataclasses
import itertools

MILLION = 1_000_000


class Refused(Exception):
    """The contract does not allow it."""


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def split(amount, weights):
    """`amount` in parts that are as large as `weights`, and sum up to it."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    shares = [amount * weight // whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for i in largest[:amount - sum(shares)]:
        shares[i] += 1
    return shares


@dataclasses.dataclass
class Cost:
    """Of a line, or of a delivery. `price` is before discounts, and without a tax that is added to it."""
    price: int
    rate: int = 0
    is_added: bool = False
    discounts: dict = dataclasses.field(default_factory=dict)    # {(code, who bears it): amount}

    def discount(self):
        return sum(self.discounts.values())

    def discounted(self):
        return self.price - self.discount()

    def tax(self):
        return half_up(self.discounted() * self.rate, MILLION + (0 if self.is_added else self.rate))

    def taxed(self):
        """What the tax is of."""
        return self.discounted() - (0 if self.is_added else self.tax())

    def total(self):
        return self.discounted() + (self.tax() if self.is_added else 0)

    def take_off(self, code, amount, seller_share):
        for who, part in (("SELLER", half_up(amount * seller_share, MILLION)), ("MARKETPLACE", None)):
            share = part if part is not None else amount - self.discounts.get((code, "SELLER"), 0)
            if share:
                self.discounts[code, who] = share


@dataclasses.dataclass(frozen=True)
class Rate:
    """Of what goes to a country, or to one region of it, between two moments."""
    country: str
    tax_class: str
    rate: int
    region: str = ""
    since: float = 0
    until: float = float("inf")


@dataclasses.dataclass
class Method:
    """How a shop sends. `prices` are by the value of its goods before discounts, or by their weight in grams."""
    prices: dict = dataclasses.field(default_factory=lambda: {0: 0})    # {from so much on: what it costs}
    free_from: int | None = None
    countries: tuple = ()          # none: everywhere
    by_weight: bool = False
    max_weight: int | None = None
    is_fetched: bool = False       # in the shop's country

    def goes(self, country, weight):
        return (not self.countries or country in self.countries) and (self.max_weight is None or weight <= self.max_weight)

    def price(self, value, weight):
        if self.free_from is not None and value >= self.free_from:
            return 0
        return self.prices[max(start for start in self.prices if start <= (weight if self.by_weight else value))]


@dataclasses.dataclass
class Coupon:
    """`amount` is a share of PERCENTAGE. Without `shop` it is the marketplace's. `offers` are those of the products that it is for."""
    kind: str
    amount: int = 0
    shop: str | None = None
    only_shop: str | None = None
    offers: frozenset | None = None
    minimum: int = 0
    seller_share: int = 0
    limit: int | None = None    # of orders that live

    def applies(self, line, shop):
        return shop == (self.shop or self.only_shop or shop) and (self.offers is None or line.offer in self.offers)


@dataclasses.dataclass
class Basket:
    """What somebody means to buy, and how."""
    items: dict                    # {offer: quantity}
    country: str = ""
    region: str = ""
    coupons: tuple = ()            # codes
    choices: dict = dataclasses.field(default_factory=dict)    # {shop: name of its method}; the cheapest that is sent, where nothing is said


@dataclasses.dataclass
class Prices:
    """What a market takes."""
    rates: list = dataclasses.field(default_factory=list)
    is_added: bool = False         # the tax, to the prices
    now: float = 0
    traders: dict = dataclasses.field(default_factory=dict)    # {shop that is registered: its country}
    deliveries: dict = dataclasses.field(default_factory=dict)    # {shop: {name: Method}}; who has said nothing sends for nothing
    coupons: dict = dataclasses.field(default_factory=dict)    # by code

    def delivery(self, shop, value, weight, basket):
        """How the shop sends goods of that value, and for how much."""
        methods = self.deliveries.get(shop) or {"": Method()}
        if shop in basket.choices:
            chosen = [methods[basket.choices[shop]]]
        else:
            chosen = [method for method in methods.values() if not method.is_fetched]
        chosen = [method for method in chosen if method.goes(basket.country, weight)]
        if not chosen:
            raise Refused("DELIVERY_UNAVAILABLE")
        return min(chosen, key=lambda method: method.price(value, weight))

    def rate(self, shop, tax_class, country, region):
        if shop not in self.traders or tax_class == "zero":
            return 0
        for wanted, place in itertools.product((tax_class, "standard"), (region, "")):
            found = [rate for rate in self.rates if (rate.country, rate.region, rate.tax_class) == (country, place, wanted)
                     and rate.since <= self.now < rate.until]
            if found:
                return max(found, key=lambda rate: rate.since).rate
        return 0

    def terms(self, parts, basket, offers):
        """Delivery, discounts and taxes of `parts`, {shop: part}; `offers` is {name: what has a weight and a class of tax}."""
        ways = {}
        for shop, part in parts.items():
            weight = sum(line.quantity * offers[line.offer].weight for line in part.lines)
            way = self.delivery(shop, part.value(), weight, basket)
            ways[shop], part.delivery = way, Cost(way.price(part.value(), weight), is_added=self.is_added)
        self.discount(parts, basket.coupons)
        for shop, part in parts.items():
            country, region = (self.traders.get(shop, ""), "") if ways[shop].is_fetched else (basket.country, basket.region)
            for line in part.lines:
                line.cost.rate, line.cost.is_added = self.rate(shop, offers[line.offer].tax_class, country, region), self.is_added
            part.delivery.rate = self.of_delivery(part.lines)

    @staticmethod
    def of_delivery(lines):
        """That of the line that costs most before discounts, so that no coupon moves it; the first of several."""
        return max(lines, key=lambda line: line.cost.price).cost.rate

    def discount(self, parts, codes):
        used = [self.coupons[code] for code in codes]
        kinds = [(coupon.shop, coupon.kind == "FREE_DELIVERY") for coupon in used]
        if len(set(kinds)) < len(kinds):
            raise Refused("COUPON_NOT_APPLICABLE: not with the others")
        for code, coupon in sorted(zip(codes, used), key=lambda one: one[1].shop is None):
            lines = [line for shop, part in parts.items() for line in part.lines if coupon.applies(line, shop)]
            if not lines or sum(line.cost.price for line in lines) < coupon.minimum:
                raise Refused("COUPON_NOT_APPLICABLE: not to these lines")
            if coupon.kind == "FREE_DELIVERY":
                costs = [part.delivery for part in parts.values() if any(line in lines for line in part.lines)]
            else:
                costs = [line.cost for line in lines]
            amounts = self.amounts(coupon, [cost.discounted() for cost in costs])
            if not any(amounts):
                raise Refused("COUPON_NOT_APPLICABLE: nothing to take off")
            for cost, amount in zip(costs, amounts):
                cost.take_off(code, amount, coupon.seller_share)

    @staticmethod
    def amounts(coupon, left):
        """What it takes off each of them."""
        if coupon.kind == "PERCENTAGE":
            return [half_up(amount * coupon.amount, MILLION) for amount in left]
        if coupon.kind == "FIXED":
            return split(min(coupon.amount, sum(left)), left)
        return left
