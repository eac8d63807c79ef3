"""Native gRPC through nginx's TLS port, with a client that shares nothing with ours: python3-grpcio."""

import pathlib
import urllib.parse

import grpc
import pytest

import contract
from market import new_key


@pytest.fixture(scope="module")
def channel(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    target = urllib.parse.urlsplit(stack["url"]).netloc
    with grpc.secure_channel(target, grpc.ssl_channel_credentials(roots)) as opened:
        yield opened


def message_class(descriptor):
    module = contract.modules().get(descriptor.file.name)
    if module is None:
        import google.protobuf.empty_pb2 as module
    return getattr(module, descriptor.name)


def unary(channel, method):
    return channel.unary_unary(method.path,
                               request_serializer=lambda message: message.SerializeToString(),
                               response_deserializer=message_class(method.descriptor.output_type).FromString)


def by_name(name):
    return next(m for m in contract.methods() if m.name == name)


def request_of(method):
    return message_class(method.descriptor.input_type)()


def test_order_is_placed_over_grpc(channel, buyer, shop):
    sold = shop(stock=4)
    place = by_name("PlaceOrder")
    request = request_of(place)
    request.items.add(offer_id=sold.offer, quantity=1)
    request.shipping_address_id = buyer.address
    request.payment_method = "pm_card_visa"
    metadata = [("authorization", f"Bearer {buyer.token}"), ("idempotency-key", new_key())]
    order = unary(channel, place)(request, metadata=metadata, timeout=15)
    assert order.total.amount == 1999
    again, replayed = unary(channel, place).with_call(request, metadata=metadata, timeout=15)
    assert again == order
    assert ("idempotent-replayed", "true") in [(k, v) for k, v in replayed.trailing_metadata()]
    assert sold.available() == 3

    get = by_name("GetOrder")
    read = request_of(get)
    read.order_id = order.id
    assert unary(channel, get)(read, metadata=metadata[:1], timeout=15).number == order.number


def test_operators_list_payments_over_grpc(channel, operator, buyer, shop):
    order = buyer.place((shop().offer, 1)).json()["id"]
    payments = by_name("ListPayments")
    request = request_of(payments)
    request.order_id = order
    listed = unary(channel, payments)(request, metadata=[("authorization", f"Bearer {operator.token}")], timeout=15)
    assert [payment.order_id for payment in listed.payments] == [order]
    get = by_name("GetPayment")
    wanted = request_of(get)
    wanted.payment_id = listed.payments[0].id
    mine = [("authorization", f"Bearer {buyer.token}")]
    assert unary(channel, get)(wanted, metadata=mine, timeout=15).order_id == order
    with pytest.raises(grpc.RpcError) as refused:
        unary(channel, payments)(request, metadata=mine, timeout=15)
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED


def test_refusals_carry_reason_and_fields(channel, buyer, shop):
    sold = shop(stock=1)
    place = by_name("PlaceOrder")
    request = request_of(place)
    request.items.add(offer_id=sold.offer, quantity=2)
    request.shipping_address_id = buyer.address
    request.payment_method = "pm_card_visa"
    with pytest.raises(grpc.RpcError) as refused:
        unary(channel, place)(request, metadata=[("authorization", f"Bearer {buyer.token}"), ("idempotency-key", new_key())],
                              timeout=15)
    assert refused.value.code() == grpc.StatusCode.ABORTED
    details = dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
    status = contract.modules()["google/rpc/status.proto"].Status.FromString(details)
    info = contract.modules()["google/rpc/error_details.proto"].ErrorInfo()
    assert any(any_.Unpack(info) for any_ in status.details) and info.reason == "OUT_OF_STOCK"


@pytest.mark.parametrize("method", contract.methods(), ids=str)
def test_anonymous_call(channel, method):
    """Without a token nothing but the public answers; what only services may call is not there at all."""
    try:
        unary(channel, method)(request_of(method), timeout=15)
        code = grpc.StatusCode.OK
    except grpc.RpcError as error:
        code = error.code()
    if method.audiences == {"SERVICE"}:
        assert code == grpc.StatusCode.UNIMPLEMENTED
    elif "PUBLIC" in method.audiences:
        assert code in (grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT), code
    else:
        assert code == grpc.StatusCode.UNAUTHENTICATED


def test_a_buyer_cannot_call_what_only_services_may(channel, buyer):
    for method in contract.methods():
        if method.audiences == {"SERVICE"}:
            with pytest.raises(grpc.RpcError) as refused:
                unary(channel, method)(request_of(method), metadata=[("authorization", f"Bearer {buyer.token}")], timeout=15)
            assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED, str(method)
