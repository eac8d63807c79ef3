"""Secrets and personal data never appear where telemetry goes: log files, log store, traces, metrics, errors."""

import pathlib
import uuid

import market
from stores import trace_of

# Each must not be found anywhere, in any case and in no part of it that stands for the whole.
MARK = "canary" + uuid.uuid4().hex[:12]


def test_canaries_are_found_nowhere(stores, stack, shop, person, anonymous):
    email, password = f"{MARK}-mail@example.test", f"violet anchor {MARK} teapot"
    anonymous.ok("POST", "/v1/accounts", {"email": email, "password": password, "displayName": f"{MARK} name"})
    somebody = market.Person(stack["url"], stack["caFile"], email=email, password=password)
    somebody.address = somebody.ok("POST", "/v1/users/me/addresses", {
        "recipient": f"{MARK} recipient", "lines": [f"{MARK} street"], "city": f"{MARK} city", "postalCode": "SW1Y 4JH",
        "countryCode": "GB"})["id"]
    answers = [somebody.place((shop().offer, 1)),
               anonymous.post("/v1/sessions", {"email": email, "password": f"{MARK} wrong"}),
               anonymous.post("/v1/accounts", {"email": email, "password": password, "displayName": "x"}),
               anonymous.post("/v1/accounts", {"email": f"{MARK} not a mail", "password": MARK[:7], "displayName": "x"}),
               somebody.place((shop().offer, 1), method=f"pm_{MARK}"),
               somebody.post(f"/v1/orders?unknown={MARK}", {"unknown": MARK}, key=market.new_key()),
               anonymous.get("/v1/orders", headers={"Authorization": f"Bearer {MARK}"})]
    trace_ids = [trace_of(answer) for answer in answers]
    # The log store takes lines by another way than the trace store takes spans: each is waited for.
    market.until(lambda: all(stores.lines(f'trace_id:="{one}"') for one in trace_ids), "a log line of each request", limit_s=30)
    market.until(lambda: stores.trace(trace_ids[-1]), "the trace of the last request", limit_s=30)

    secrets = [MARK, somebody.session["accessToken"], somebody.session["accessToken"].split(".")[2],
               somebody.session["refreshToken"]]
    for name, text in places(stores, stack, trace_ids, answers):
        for secret in secrets:
            assert secret.lower() not in text.lower(), f"{secret[:16]}… is in {name}"


def places(stores, stack, trace_ids, answers):
    data = pathlib.Path(stack["data"])
    files = [path for path in (data / "log").rglob("*") if path.is_file()]
    assert files
    for path in files:
        yield path.name, path.read_text(errors="replace")
    lines = stores.lines("*", limit=100_000)
    assert lines
    yield "the log store", "\n".join(map(str, lines))
    for trace_id in trace_ids:
        yield f"the trace {trace_id}", "\n".join(str(span.raw) for span in stores.trace(trace_id))
    for name, url in stack["metrics"].items():
        yield f"the metrics of {name}", stores.http.get(url).text
    for answer in answers[1:]:
        yield f"the answer {answer.status_code} of {answer.request.url.path}", answer.text if answer.is_error else ""
