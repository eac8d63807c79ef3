"""An Idempotency-Key on every method that changes something: one effect while the key lives, a new request when it has expired. The
methods are those of the contract; one that key_scenes.py has no scene for fails it."""

import concurrent.futures
import pathlib
import types
import urllib.parse

import grpc
import pytest

import contract
from conftest import sign_in_operator
from key_scenes import ADDRESSES, SCENES, address, addresses
from market import Person, new_key, psql, until
from test_bad_input import problem

TWINS = 6
UNSAFE = [m for m in contract.methods() if m.verb and not m.safe]
KEYED = [m for m in UNSAFE if not m.secret_answer]
SECRET = [m for m in UNSAFE if m.secret_answer]


@pytest.fixture(scope="module")
def world(stack, category):
    buyer, seller, kay = (Person(stack["url"], stack["caFile"], name) for name in ("Bea", "Sam", "Kay"))
    until(lambda: kay.get("/v1/users/me").status_code == 200, "the profile")
    buyer.add_address()
    seller.open_seller()
    sold = seller.create_product(category, stock=1000)
    return types.SimpleNamespace(stack=stack, category=category, buyer=buyer, seller=seller, kay=kay, product=sold["id"],
                                 offer=sold["offers"][0]["id"], operator=sign_in_operator(stack))


def test_every_method_has_its_scene():
    assert SCENES.keys() == {method.name for method in KEYED}


@pytest.fixture(params=KEYED, ids=str)
def act(request, world):
    """act(request, key) sends one of the scene's requests; act.scene is the scene."""
    method = request.param
    scene = SCENES[method.name](world)

    def send(what, key):
        path, body = what
        return scene.caller.call(method.verb, path, body, key=key)

    send.scene, send.database = scene, method.service
    yield send
    scene.settle()


def is_replay(answer):
    return answer.headers.get("Idempotent-Replayed") == "true"


def is_unknown(scene, answer):
    return scene.ends_its_caller and answer.status_code == 401


def test_a_repetition_gets_the_first_answer(act):
    scene, key = act.scene, new_key()
    first = act(scene.request, key)
    assert first.is_success and not is_replay(first), first.text
    assert scene.effects() == 1
    for _ in range(2):
        again = act(scene.request, key)
        if is_unknown(scene, again):
            break
        assert is_replay(again), again.text
        assert (again.status_code, again.content, again.headers.get("Location"), again.headers.get("ETag")) == \
               (first.status_code, first.content, first.headers.get("Location"), first.headers.get("ETag"))
    if scene.other:
        problem(act(scene.other, key), 422, "IDEMPOTENCY_KEY_REUSED")
    assert scene.effects() == 1


def test_twins_at_once_have_one_effect(act):
    scene, key = act.scene, new_key()
    with concurrent.futures.ThreadPoolExecutor(TWINS) as pool:
        answers = list(pool.map(lambda _: act(scene.request, key), range(TWINS)))
    good = [answer for answer in answers if answer.is_success]
    assert sum(not is_replay(answer) for answer in good) == 1
    assert len({(answer.status_code, answer.content) for answer in good}) == 1
    for answer in answers:
        if not answer.is_success and not is_unknown(scene, answer):
            problem(answer, 409, "IDEMPOTENCY_KEY_IN_FLIGHT")
            assert int(answer.headers["Retry-After"]) > 0
    assert scene.effects() == 1


# What the end of its 72 hours does to a key: it has expired, and some time later it has been swept away.
EXPIRED = "UPDATE idempotency_key SET expires_at = market_now() WHERE key = '{}'"
SWEPT = "DELETE FROM idempotency_key WHERE key = '{}'"


def test_an_expired_key_is_a_new_request(act):
    scene, key = act.scene, new_key()
    first = act(scene.request, key)
    assert first.is_success, first.text
    psql(act.database, EXPIRED.format(key))
    status, more = scene.once_expired
    again = act(scene.request, key)
    if is_unknown(scene, again):
        assert scene.effects() == 1
        return
    assert not is_replay(again) and again.status_code == status, again.text
    assert scene.effects() == 1 + more
    if not scene.other:
        return
    psql(act.database, SWEPT.format(key))
    other = act(scene.other, key)
    assert other.is_success and not is_replay(other), other.text
    if other.content:
        assert other.content not in (first.content, again.content)
    assert scene.effects() == 2 + more


def test_an_order_that_waits_is_found_by_its_key_though_it_could_not_be_made_now(buyer, shop):
    body, key = buyer.order_body((shop().offer, 1), method="pm_sandbox_timeout_authorized"), new_key()
    first = buyer.post("/v1/orders", body, key=key)
    assert first.status_code == 202, first.text
    assert buyer.call("DELETE", f"{ADDRESSES}/{buyer.address}").status_code == 204
    answers = []

    def decided():
        answers.append(buyer.post("/v1/orders", body, key=key))
        return answers[-1].status_code != 202

    until(decided, "the payment", limit_s=60)
    assert answers[-1].status_code == 201, answers[-1].text
    assert {answer.json()["id"] for answer in answers} == {first.json()["id"]}


@pytest.mark.parametrize("method", SECRET, ids=str)
def test_a_secret_is_never_kept(anonymous, world, method):
    path, body = contract.rest_request(method, {"seller_id": world.seller.seller})
    caller = next((who for audience, who in (("PUBLIC", anonymous), ("ACCOUNT", world.kay), ("OPERATOR", world.operator))
                   if audience in method.audiences), world.seller)
    answer = problem(caller.call(method.verb, path, body, key=new_key()), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in answer["fields"]] == [("Idempotency-Key", "NOT_SUPPORTED")]


def test_a_key_is_its_accounts_own(person):
    key = new_key()
    ada, bob = person("Ada"), person("Bob")
    assert ada.post(ADDRESSES, address(), key=key).status_code == 201
    other = bob.post(ADDRESSES, address("Bob"), key=key)
    assert other.status_code == 201 and not is_replay(other)


def test_an_optional_key_is_a_key(world):
    for bad in ("a" * 256, '"unterminated'):
        problem(world.kay.post(ADDRESSES, address(), key=bad), 400, "INVALID_ARGUMENT")


def test_over_grpc_as_well(stack, person):
    ada = person("Ada")
    method = next(m for m in KEYED if m.name == "CreateMyAddress")
    messages = contract.modules()["marketplace/user/v1/user.proto"]
    request = messages.CreateMyAddressRequest(address={"recipient": "Ada", "lines": ["1 Street"], "city": "London",
                                                         "postal_code": "SW1Y 4JH", "country_code": "GB"})
    metadata = [("authorization", f"Bearer {ada.token}"), ("idempotency-key", new_key())]
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as channel:
        create = channel.unary_unary(method.path, request_serializer=lambda message: message.SerializeToString(),
                                     response_deserializer=messages.Address.FromString)
        first = create(request, metadata=metadata, timeout=15)
        again, told = create.with_call(request, metadata=metadata, timeout=15)
    assert again == first and ("idempotent-replayed", "true") in list(told.trailing_metadata())
    assert addresses(ada) == 1
