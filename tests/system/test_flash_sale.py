"""A flash sale: many buyers for few units within seconds. Exactly what there is is sold, and whoever gets nothing is told so soon.

MARKET_BUYERS buyers for a fifth as many units; `./market test --long flash-sale` has 5,000 of them come within ten seconds."""

import asyncio
import collections
import concurrent.futures
import json
import os
import ssl
import urllib.parse
import uuid

import pytest
import market

pytestmark = pytest.mark.alone

BUYERS = int(os.environ.get("MARKET_BUYERS", "150"))
UNITS = BUYERS // 5
PER_S = 500
CLIENTS = 8
ADDRESS = {"recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London", "postalCode": "SW1Y 4JH", "countryCode": "GB"}


def guests(stack):
    """[(token, address)], of accounts made before the sale."""
    def join(_):
        client = market.Client(stack["url"], stack["caFile"])
        made = []
        for _ in range(BUYERS // CLIENTS + 1):
            client.token = None
            client.token = client.ok("POST", "/v1/accounts:guest", {"email": f"{uuid.uuid4().hex}@example.test"})["accessToken"]
            made.append((client.token, client.ok("POST", "/v1/users/me/addresses", ADDRESS)["id"]))
        return made

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return [one for made in pool.map(join, range(CLIENTS)) for one in made][:BUYERS]


class Door:
    """Connections to the front door, as many as there are requests under way."""

    def __init__(self, stack):
        parts = urllib.parse.urlsplit(stack["url"])
        self.host, self.port, self.idle = parts.hostname, parts.port, []
        self.tls = ssl.create_default_context(cafile=stack["caFile"])

    async def post(self, path, token, body):
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(self.host, self.port, ssl=self.tls)
        body = json.dumps(body).encode()
        writer.write(f"POST {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {token}\r\n"
                     f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        answer = await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        self.idle.append((reader, writer))
        answer = json.loads(answer)
        return int(head.split(" ", 2)[1]), answer.get("reason", answer.get("state"))


async def rush(stack, buyers, offer):
    """[(answer, seconds since it was due)]: whether those before are answered or not, as people come."""
    door, loop = Door(stack), asyncio.get_running_loop()
    begin = loop.time() + 0.1

    async def one(number, token, address):
        due = begin + number / PER_S
        await asyncio.sleep(due - loop.time())
        order = {"items": [{"offerId": offer, "quantity": 1}], "shippingAddressId": address, "paymentMethod": "pm_card_visa"}
        return await door.post("/v1/orders", token, order), loop.time() - due

    told = await asyncio.gather(*(one(number, *buyer) for number, buyer in enumerate(buyers)))
    for _, writer in door.idle:
        writer.close()
    return told


def test_exactly_what_there_is_is_sold(stack, shop):
    sale = shop(stock=UNITS)
    told = asyncio.run(rush(stack, guests(stack), sale.offer))
    counts = collections.Counter(answer for answer, _ in told)
    losers = sorted(took for answer, took in told if answer[0] != 201)
    print(f"{dict(counts)}; who got nothing knew it after {losers[len(losers) // 2]:.2f} s, the last one after {losers[-1]:.2f} s")
    assert counts == {(201, "PLACED"): UNITS, (409, "OUT_OF_STOCK"): BUYERS - UNITS}
    assert sale.available() == 0
    if BUYERS >= 5000:
        assert losers[-1] < 2
    report = market.check_invariants(wait_s=60)
    assert report["clean"], report["findings"][:10]
