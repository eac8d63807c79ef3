"""./market bench catalogue: what it costs to find something among very many products, and what that does to everybody else.

The catalogue is that of ./market seed --products N, the words are those of its titles: whole, begun, mistyped, two at once, with filters.
Nothing is answered from a cache: every search has a lowest price of its own.
"""

import contextlib
import random
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import open_model
import seed_bulk
from marketplace import LUA
from measure import note, window

PER_S = 200
CONNECTIONS = 16
WORST_AT_ONCE = 50
DISTINCT = 2_000
PATHS_LUA = """
local paths, varied = {PATHS}, VARIED
function request()
  local path = paths[math.random(#paths)]
  return wrk.format("GET", varied and path .. "&minPrice=" .. math.random(1, 99) or path)
end
"""


def words():
    """Of titles, as often as they stand there."""
    return [word.strip(",.") for _, title, _, _ in seed_bulk.OWN_TEXTS + seed_bulk.FAR_TEXTS for word in title.split() if len(word) > 2]


def typed(word, rng):
    """As people type it: mostly right, sometimes not to its end, sometimes with two letters in the wrong order."""
    way = rng.random()
    if way < 0.6 or len(word) < 5:
        return word
    if way < 0.8:
        return word[:rng.randrange(3, len(word))]
    place = rng.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2:]


def searches(rng, count):
    known, made = words(), []
    for _ in range(count):
        asked = {"query": " ".join(typed(rng.choice(known), rng) for _ in range(rng.choice((1, 1, 1, 2, 2, 3))))}
        if rng.random() < 0.3:
            asked |= rng.choice([{"inStock": "true"}, {"orderBy": "price"}, {"orderBy": "newest"}, {"maxPrice": rng.randrange(1000, 90_000)}])
        made.append("/v1/products?" + urllib.parse.urlencode(asked))
    return made


def worst():
    """What matches most, or is longest."""
    return ["/v1/products?" + urllib.parse.urlencode({"query": query, "orderBy": order})
            for query in ("e", "a", "s c", "set of", "de la", "a b c d e f g h i", "qwzx vbjk " * 18) for order in ("relevance", "price")]


class Catalogue:
    """The windows of one shape, on a stack that is up and filled."""

    def __init__(self, stack, seconds):
        self.stack, self.seconds, self.rng = stack, seconds, random.Random(1)
        self.searches = searches(self.rng, DISTINCT)
        self.pages = ["/v1/products/" + product for product in
                      stack.psql("product", f"SELECT id FROM product ORDER BY md5(id::text) LIMIT {DISTINCT}").split()]
        self.suggestions = ["/v1/products:suggest?" + urllib.parse.urlencode({"query": word[:self.rng.randrange(2, 6)]})
                            for word in self.rng.choices(words(), k=DISTINCT)]

    def suggests(self):
        try:
            return urllib.request.urlopen(self.stack.url + self.suggestions[0]).status == 200
        except urllib.error.HTTPError:
            return False

    def closed(self, what, paths, varied=False):
        """CPU per request, of a few who ask again at once."""
        quoted = "{" + ", ".join(f'"{path}"' for path in paths) + "}"
        text = PATHS_LUA.replace("{PATHS}", quoted).replace("VARIED", "true" if varied else "false")
        return self.stack.loaded(what, "/", text, self.seconds, connections=CONNECTIONS)

    def open(self, what, paths, varied=False):
        """Latency of people who come when they come."""

        def load():
            asked = [self.rng.choice(paths) + (f"&minPrice={self.rng.randrange(100, 200)}" if varied else "")
                     for _ in range(PER_S * self.seconds)]
            return open_model.ask(self.stack.url, asked, PER_S)

        return window(f"{what}, {PER_S}/s", self.stack.roots(), load)

    @contextlib.contextmanager
    def worst_under_way(self):
        """So many of the worst searches at any time."""
        script = self.stack.lua.with_name("worst.lua")
        quoted = "{" + ", ".join(f'"{path}"' for path in worst()) + "}"
        host, port = self.stack.gateways[0]
        script.write_text(LUA.replace("{GATEWAYS}", f'{{{{"{host}", "{port}"}}}}')
                          + PATHS_LUA.replace("{PATHS}", quoted).replace("VARIED", "true"))
        load = subprocess.Popen(["wrk", "-t1", f"-c{WORST_AT_ONCE}", "-d600s", "--timeout", "30s", "-s", str(script), self.stack.url],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            load.terminate()
            load.wait()

    def measure(self):
        found = {"search": self.closed("search", self.searches, varied=True), "page": self.closed("product page", self.pages)}
        if self.suggests():
            found["suggest"] = self.closed("suggestion", self.suggestions)
        else:
            note("no suggestions in this build")
        found |= {"read_at_rate": self.open("product page", self.pages), "search_at_rate": self.open("search", self.searches, varied=True)}
        with self.worst_under_way():
            found["read_beside_worst"] = self.open(f"product page beside {WORST_AT_ONCE} searches", self.pages)
        return found
