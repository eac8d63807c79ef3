"""The journal of an offer's stock, and the shop that hears when few are left."""

import pytest

from market import join, new_key, psql, until
from test_bad_input import problem
from test_notifications import expect_told_and_mailed, listed, mailbox, told  # noqa: F401: a fixture


def journal(person, sold, **query):
    return person.ok("GET", f"/v1/offers/{sold.offer}/stockMovements", params=query)


def times_told(person):
    return sum(one["kind"] == "LOW_STOCK" for one in listed(person, pageSize=100)["notifications"])


def adjust(sold, delta, reason="counted"):
    return sold.owner.ok("POST", f"/v1/offers/{sold.offer}:adjustStock", {"delta": delta, "reason": reason}, key=new_key())


@pytest.mark.operations("product.ListStockMovements", "product.AdjustStock")
@pytest.mark.values("product.StockMovement.Kind.INITIAL", "product.StockMovement.Kind.ADJUSTMENT", "product.StockMovement.Kind.RELEASE",
                    "product.StockMovement.Kind.SHIPMENT")
def test_the_journal(operator, person, buyer, shop):
    sold = shop(stock=10)
    adjust(sold, 5, "delivery 4711")
    shipped, cancelled = (buyer.place((sold.offer, 2)).json() for _ in range(2))
    part = shipped["sellerOrders"][0]["id"]
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    until(lambda: len(journal(sold.owner, sold)["movements"]) == 3, "the shipment")
    buyer.ok("POST", f"/v1/orders/{cancelled['id']}:cancel", {}, key=new_key())
    until(lambda: len(journal(sold.owner, sold)["movements"]) == 4, "the release")
    newest = journal(sold.owner, sold)["movements"]
    assert [(one["kind"], one.get("onHand", 0), one.get("reserved", 0)) for one in newest] == \
        [("RELEASE", 0, -2), ("SHIPMENT", -2, -2), ("ADJUSTMENT", 5, 0), ("INITIAL", 10, 0)]
    assert (newest[0]["orderId"], newest[1]["orderId"]) == (cancelled["id"], shipped["id"])
    assert (newest[2]["reason"], newest[2]["accountId"]) == ("delivery 4711", sold.owner.id)
    assert sum(one.get("onHand", 0) for one in newest) == sold.owner.ok("GET", f"/v1/offers/{sold.offer}")["onHand"] == 13

    page = journal(operator, sold, pageSize=3)
    rest = journal(operator, sold, pageSize=3, pageToken=page["nextPageToken"])
    assert page["movements"] + rest["movements"] == newest and "nextPageToken" not in rest
    path = f"/v1/offers/{shop().offer}/stockMovements"
    problem(operator.get(path, params={"pageToken": page["nextPageToken"]}), 400, "INVALID_PAGE_TOKEN")
    rival = person("Eve")
    problem(rival.get(path), 403, "PERMISSION_DENIED")
    rival.open_seller()
    problem(rival.get(path), 404, "NOT_FOUND")


@pytest.mark.values("notification.Notification.Kind.LOW_STOCK")
def test_low_stock_is_told_once_to_the_team(mailbox, person, buyer, shop):  # noqa: F811
    sold = shop(stock=5)
    helper = join(sold.owner, person("Hal"), "staff")
    path = f"/v1/offers/{sold.offer}"
    sku = sold.product["offers"][0]["sku"]
    sold.owner.ok("PATCH", path, {"lowStockThreshold": 3})
    buyer.place((sold.offer, 2))
    expect_told_and_mailed(mailbox, sold.owner, "LOW_STOCK", sku, sku)
    one = told(helper, "LOW_STOCK")
    assert (one["sellerId"], one["productId"]) == (sold.owner.seller, sold.product["id"])
    buyer.place((sold.offer, 1))
    adjust(sold, 10)
    until(lambda: is_armed(sold), "somebody to see that there are more")
    assert times_told(sold.owner) == 1, "it had fallen once"
    adjust(sold, -9)
    until(lambda: times_told(sold.owner) == 2, "the second fall")


def is_armed(sold):
    return psql("product", f"SELECT bool_or(is_low) FROM stock WHERE offer_id = '{sold.offer}'").strip() == "f"


def test_another_threshold_tells_too(shop):
    sold = shop(stock=5)
    sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"lowStockThreshold": 5})
    assert told(sold.owner, "LOW_STOCK")["title"] == sold.product["offers"][0]["sku"]
