"""A shop and a buyer, from sign-up to a shipped order and sign-out, through the types of the contract alone. Prints each reason
that it was refused with, one a line."""

import os
import ssl
import time
import uuid
from typing import TypeVar

from market_client import AuthenticatedClient, Client
from market_client.api.auth import refresh_session, sign_in, sign_out, sign_up
from market_client.api.order import (accept_seller_order, cancel_order, get_order, list_my_orders, place_order, quote_order,
                                     ship_seller_order)
from market_client.api.product import create_product, publish_product, update_offer
from market_client.api.user import create_my_address, open_seller
from market_client.models import (AcceptSellerOrderRequest, Address, AddressInput, CancelOrderRequest, CreateProductRequest,
                                  ListMyOrdersResult, MoneyInput, Offer, OfferChangePatch, OfferDraft, OpenSellerRequest, Order,
                                  OrderItem, OrderState, PlaceOrderRequest, Problem, Product, ProductState,
                                  PublishProductRequest, Quote, QuoteOrderRequest, Reason, RefreshSessionRequest, RefusedLine,
                                  Seller, SellerOrder, Session, ShipSellerOrderRequest, SignInRequest, SignUpRequest)
from market_client.types import UNSET, Unset

URL = os.environ["MARKET_URL"]
TRUST = ssl.create_default_context(cafile=os.environ["MARKET_CA"])
CATEGORY = uuid.UUID(os.environ["MARKET_CATEGORY"])
ANYONE = Client(base_url=URL, verify_ssl=TRUST)

Answer = TypeVar("Answer")


def signed_in(session: Session) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=session.access_token, verify_ssl=TRUST)


def key() -> str:
    return uuid.uuid4().hex


def done(kind: type[Answer], answer: object) -> Answer:
    assert isinstance(answer, kind), answer
    return answer


def refused(answer: object, reason: Reason) -> Problem:
    problem = done(Problem, answer)
    assert problem.reason == reason, problem
    print(problem.reason.value)
    return problem


def only_line(problem: Problem) -> RefusedLine:
    assert not isinstance(problem.metadata, Unset)
    [line] = problem.metadata.lines
    return line


def new_account(name: str) -> Session:
    body = SignUpRequest(email=f"{key()}@example.test", password="correct horse battery", display_name=name)
    session = done(Session, sign_up.sync(client=ANYONE, body=body))
    refused(sign_up.sync(client=ANYONE, body=body), Reason.EMAIL_TAKEN)
    wrong = SignInRequest(email=body.email, password="something else")
    refused(sign_in.sync(client=ANYONE, body=wrong), Reason.BAD_CREDENTIALS)
    return session


def refreshed(session: Session, seller: Seller) -> Session:
    while not any(member.seller_id == seller.id for member in session.account.sellers):
        time.sleep(0.1)
        body = RefreshSessionRequest(refresh_token=session.refresh_token)
        session = done(Session, refresh_session.sync(client=ANYONE, body=body))
    return session


def open_shop() -> tuple[AuthenticatedClient, Offer]:
    """With one product of two units."""
    sam = new_account("Sam")
    body = OpenSellerRequest(display_name="Engines", slug=f"shop-{key()[:12]}", country_code="GB")
    seller = done(Seller, open_seller.sync(client=signed_in(sam), body=body, idempotency_key=key()))
    shop = signed_in(refreshed(sam, seller))
    draft = OfferDraft(sku="E-1", price=MoneyInput(amount=1999, currency="EUR"), stock=2)
    new = CreateProductRequest(title="Difference engine", category_id=CATEGORY, offers=[draft])
    product = done(Product, create_product.sync(seller.id, client=shop, body=new, idempotency_key=key()))
    published = done(Product, publish_product.sync(product.id, client=shop, body=PublishProductRequest()))
    assert published.state == ProductState.PUBLISHED
    [offer] = published.offers
    assert offer.available == 2
    return shop, offer


def buy_in_vain(buyer: AuthenticatedClient, address: Address, shop: AuthenticatedClient, offer: Offer) -> None:
    """Every refusal that a buyer is told with values."""

    def place(quantity: int, method: str = "pm_card_visa", quote_hash: Unset | str = UNSET) -> object:
        body = PlaceOrderRequest(items=[OrderItem(offer_id=offer.id, quantity=quantity)], shipping_address_id=address.id,
                                 payment_method=method, quote_hash=quote_hash)
        return place_order.sync(client=buyer, body=body, idempotency_key=key())

    items = QuoteOrderRequest(items=[OrderItem(offer_id=offer.id, quantity=1)])
    quote = done(Quote, quote_order.sync(client=buyer, body=items))
    assert (quote.total.amount, quote.total.currency) == (1999, "EUR")
    change = OfferChangePatch(price=MoneyInput(amount=2199, currency="EUR"))
    done(Offer, update_offer.sync(offer.id, client=shop, body=change))

    dearer = only_line(refused(place(1, quote_hash=quote.quote_hash), Reason.PRICE_CHANGED))
    assert dearer.offer_id == offer.id
    assert not isinstance(dearer.old_price, Unset) and dearer.old_price.amount == 1999
    assert not isinstance(dearer.new_price, Unset) and dearer.new_price.amount == 2199
    short = only_line(refused(place(3), Reason.OUT_OF_STOCK))
    assert (short.field, short.requested, short.available) == ("items[0].offerId", 3, 2)
    declined = refused(place(1, method="pm_card_visa_chargeDeclined"), Reason.PAYMENT_DECLINED)
    assert not isinstance(declined.metadata, Unset) and declined.metadata.decline_code
    assert declined.metadata.order_id and declined.metadata.pay_until
    invalid = refused(place(0), Reason.INVALID_ARGUMENT)
    assert [problem.field for problem in invalid.fields] == ["items[0].quantity"]
    refused(get_order.sync(uuid.uuid4(), client=buyer), Reason.NOT_FOUND)
    nobody = AuthenticatedClient(base_url=URL, token="nothing", verify_ssl=TRUST)
    refused(list_my_orders.sync(client=nobody), Reason.UNAUTHENTICATED)
    assert len(done(ListMyOrdersResult, list_my_orders.sync(client=buyer, page_size=1)).orders) <= 1


def main() -> None:
    shop, offer = open_shop()
    bea = new_account("Bea")
    buyer = signed_in(bea)
    where = AddressInput(recipient="Bea", lines=["12 St James's Square"], city="London", postal_code="SW1Y 4JH", country_code="GB")
    address = done(Address, create_my_address.sync(client=buyer, body=where))
    buy_in_vain(buyer, address, shop, offer)

    wish = PlaceOrderRequest(items=[OrderItem(offer_id=offer.id, quantity=1)], shipping_address_id=address.id,
                             payment_method="pm_card_visa")
    placed = done(Order, place_order.sync(client=buyer, body=wish, idempotency_key=key()))
    assert (placed.state, placed.total.amount) == (OrderState.PLACED, 2199)
    [part] = placed.seller_orders
    done(SellerOrder, accept_seller_order.sync(part.id, client=shop, body=AcceptSellerOrderRequest()))
    parcel = ShipSellerOrderRequest(carrier="Royal Mail", tracking_number="RM1")
    shipped = done(SellerOrder, ship_seller_order.sync(part.id, client=shop, body=parcel))
    assert (shipped.state, shipped.parcels[0].tracking_number) == (OrderState.SHIPPED, "RM1")
    assert done(Order, get_order.sync(placed.id, client=buyer)).state == OrderState.SHIPPED
    late = refused(cancel_order.sync(placed.id, client=buyer, body=CancelOrderRequest(), idempotency_key=key()),
                   Reason.ILLEGAL_TRANSITION)
    assert not isinstance(late.metadata, Unset)
    assert (late.metadata.from_, late.metadata.to) == ("SHIPPED", "CANCELLED")

    assert sign_out.sync_detailed(client=buyer).status_code == 204
    again = RefreshSessionRequest(refresh_token=bea.refresh_token)
    refused(refresh_session.sync(client=ANYONE, body=again), Reason.SESSION_ENDED)


if __name__ == "__main__":
    main()
