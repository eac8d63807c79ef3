"""A catalogue as large as wanted, straight into the database of product: ./market seed --products N.

Product i is the same on every machine and in every run, so a run goes on where the last one ended, and one for no more than is there
writes nothing. Categories and shops are made through the public port, since other services know them; products, offers, stock and
the events that tell of them by COPY, with the rights of the program, a few thousand in one transaction: whoever waits for a
transaction to end waits for seconds.
"""

import concurrent.futures
import datetime
import json
import math
import os
import pathlib
import random
import re
import shlex
import subprocess

import seed_catalogue as catalogue

MOST = 3_000_000
AT_ONCE = 5_000
SHOPS_LEAST, SHOPS_MOST, PRODUCTS_A_SHOP = 8, 200, 100
SHOPS_OF_AN_OWNER = 20    # an account can be in the teams of as many
# Ids and dates of the series: a minute from one product to the next, from 2020 on.
FIRST_MS, STEP_MS = 1_577_836_800_000, 60_000

# What the demonstration's shops do not write in. category: [(title, what it says)]
FAR_EAST = {
    "tea": [("西湖龙井茶 特级", "明前采摘，豆香浓郁，汤色清亮。"), ("宇治抹茶 30g", "石臼で挽いた香り高い抹茶です。"), ("云南普洱熟茶饼", "陈香醇厚，六年存放。")],
    "tableware": [("青花瓷茶杯", "手绘青花，高温烧制，可用洗碗机。"), ("有田焼 飯碗", "手描きの文様が美しい磁器の飯碗。"), ("有田焼 湯呑み", "毎日使いたい、手になじむ湯呑み。")],
    "headphones": [("蓝牙无线耳机", "主动降噪，续航三十小时。"), ("密閉型ヘッドホン 3.5mm", "長時間でも疲れない軽さ。")],
    "garden-tools": [("剪定鋏 200mm", "職人が一本ずつ仕上げた鋏。"), ("不锈钢园艺铲", "加厚钢板，木柄防滑。")],
    "paper": [("和紙便箋 二十枚", "手漉きの和紙に万年筆がよくのります。"), ("笔记本 A5 横线", "米黄色纸张，平摊不卡页。")],
    "scarves-and-hats": [("ウールマフラー", "やわらかな子羊の毛を使いました。"), ("羊绒围巾", "轻薄保暖，一百支纱线。")],
}
FAR_EAST_SHARE = 0.08

ATTRIBUTES = {
    "colour": ["black", "white", "natural", "navy", "moss green", "rust", "sand", "oxblood", "sky blue"],
    "material": ["brass", "oak", "steel", "wool", "cotton", "linen", "glass", "porcelain", "leather", "recycled plastic"],
    "made in": ["Germany", "France", "Poland", "Portugal", "Japan", "China", "Italy", "Denmark", "Turkey", "Great Britain"],
    "width": ["9.5 cm", "12 cm", "20 cm", "32.5 cm", "48 cm", "1.2 m"],
    "weight": ["80 g", "250 g", "640 g", "1.5 kg", "3.8 kg"],
    "warranty": ["2 years", "3 years", "5 years", "10 years"],
    "pattern": ["plain", "striped", "checked", "herringbone", "dotted"],
    "season": ["spring", "summer", "autumn", "winter"],
    "certificate": ["FSC", "GOTS", "OEKO-TEX", "CE", "Fairtrade"],
    "pieces": ["1", "2", "4", "6", "12", "24"],
    "care": ["dishwasher safe", "30 °C", "by hand", "wipe clean"],
    "edition": ["standard", "gift box", "limited", "second choice"],
}
# (name, values) of what offers of one shop differ in.
OPTIONS = [("size", ["S", "M", "L", "XL", "XXL"]), ("colour", ["black", "natural", "blue", "green", "red"]),
           ("pack", ["1", "3", "6", "12", "24"])]
SYLLABLES = "ar bel cor dan el fen gal hol is jar kel lun mar nor os pel quin ros sol tar um vel wen yor zan".split()
TWO_CURRENCIES_OF = 3    # one in so many shops sells for dollars, too


def brand(rng):
    """A few are met again and again, most hardly ever."""
    return "".join(random.Random(int(rng.paretovariate(0.7))).choices(SYLLABLES, k=3)).capitalize()


def make_texts():
    """[(category, title, cents, what it says)] of the demonstration, and of the far east by itself."""
    own = [(category, title, cents, text) for category, lines in catalogue.TEXTS.items() for title, cents, _, text in lines]
    far = [(category, title, 2500, text) for category, lines in FAR_EAST.items() for title, text in lines]
    return own, far


OWN_TEXTS, FAR_TEXTS = make_texts()
TEXTS_OF = {category: [line[3] for line in lines] for category, lines in catalogue.TEXTS.items()}


LANGUAGES = {shelf[0]: shelf[1] for seller in catalogue.SELLERS for shelf in seller["shelves"]}


def language_of(category, title):
    if re.search("[\u3040-\u30ff]|有田焼|和紙|剪定鋏|抹茶", title):
        return "ja"
    return "zh" if re.search("[\u4e00-\u9fff]", title) else LANGUAGES[category]


def id_at(ms, rng):
    """A UUIDv7 of that moment."""
    tail = rng.getrandbits(74)
    return (f"{ms >> 16:08x}-{ms & 0xffff:04x}-7{tail >> 62:03x}-{0x8000 | tail >> 48 & 0x3fff:04x}-"
            f"{tail & 0xffffffffffff:012x}")


def escaped(text):
    return text.replace("\\", "\\\\")


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def message(**fields):
    """A message of protobuf whose fields are f1, f2 …: texts, numbers and messages; what is 0 or empty is left out, as C++ does."""
    out = b""
    for name, value in fields.items():
        if value and isinstance(value, int):
            out += varint(int(name[1:]) << 3) + varint(value)
        elif value:
            value = value.encode() if isinstance(value, str) else value
            out += varint(int(name[1:]) << 3 | 2) + varint(len(value)) + value
    return out


def shops_before(i):
    """How many shops may have made product i: they come with the products."""
    return min(SHOPS_MOST, max(SHOPS_LEAST, i // PRODUCTS_A_SHOP))


class Rows:
    """The rows of some products, by table, as COPY takes them."""

    COLUMNS = {
        "product": "id, operation_id, seller_id, category_id, title, description, attributes, pictures, state, version, created_at,"
                   " updated_at, published_at, language",
        "offer": "id, product_id, seller_id, sku, options, own_currency, created_at, updated_at",
        "offer_price": "offer_id, currency, amount",
        "price_period": "offer_id, currency, starts_at, ends_at, amount, product_id, set_at, since",
        "stock": "id, offer_id, on_hand",
        "stock_movement": "kind, stock_id, offer_id, on_hand, reserved, cause_id, created_at",
        "event": "id, type, version, aggregate, aggregate_version, seller_id, trace, payload",
    }

    def __init__(self, shops, category_ids):
        self.shops, self.category_ids = shops, category_ids
        self.in_dollars = set(shops[::TWO_CURRENCIES_OF])
        self.of = {table: [] for table in self.COLUMNS}

    def add(self, table, *values):
        self.of[table].append("\t".join(map(str, values)))

    def sql(self):
        """One transaction."""
        parts = ["BEGIN;"]
        for table, columns in self.COLUMNS.items():
            parts += [f"COPY {table} ({columns}) FROM STDIN;", *self.of[table], "\\."]
        return "\n".join([*parts, "COMMIT;\n"])

    def tell(self, rng, ms, what, aggregate, version, seller, payload):
        self.add("event", id_at(ms, rng), f"product.{what}", 1, aggregate, version, seller, "", "\\\\x" + payload.hex())

    def add_product(self, i):
        rng = random.Random(i)
        ms = FIRST_MS + i * STEP_MS
        category, title, cents, text = rng.choice(FAR_TEXTS if rng.random() < FAR_EAST_SHARE else OWN_TEXTS)
        product, seller = id_at(ms, rng), self.shops[int(shops_before(i) * rng.random() ** 2)]
        at = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat()
        parts = [brand(rng)] if rng.random() < 0.7 else []
        parts.append(title)
        if rng.random() < 0.4:
            parts.append(f"{rng.choice('ABCDEFGHKLMNPRSTVX')}{rng.choice('ABCDEFGHKLMNPRSTVX')}-{rng.randrange(10, 10_000)}")
        parts += [rng.choice(rng.choice(list(ATTRIBUTES.values()))) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4)))]
        others = [one for one in TEXTS_OF[category] if one != text]
        said = " ".join([text, *rng.sample(others, rng.choice((0, 0, 1, 2, 4, 8)))])
        attributes = {name: rng.choice(ATTRIBUTES[name]) for name in rng.sample(list(ATTRIBUTES), rng.randrange(9))}
        self.add("product", product, id_at(ms, rng), seller, self.category_ids[category], escaped(" ".join(parts)[:200]), escaped(said),
                 escaped(json.dumps(attributes, ensure_ascii=False)), "{}", "PUBLISHED", 2, at, at, at,
                 language_of(category, title))
        payload = message(f1=product, f2=seller)
        self.tell(rng, ms, "ProductCreated", f"product/{product}", 1, seller, payload)
        self.add_offers(rng, i, ms, at, product, seller, cents)
        self.tell(rng, ms, "ProductPublished", f"product/{product}", 2, seller, payload)

    def add_prices(self, offer, product, at, prices):
        for currency, amount in prices.items():
            self.add("offer_price", offer, currency, amount)
            self.add("price_period", offer, currency, at, "infinity", amount, product, at, at)

    def add_offers(self, rng, i, ms, at, product, maker, cents):
        cheapest = max(1, min(5_000_000, round(cents * math.exp(rng.gauss(0, 0.6)))))
        name, values = rng.choice(OPTIONS)
        count = rng.choices((1, 2, 3, 5), (70, 17, 8, 5))[0]
        for number, value in enumerate(values[:count]):
            # Every further offer may be another shop's.
            shop = maker if number == 0 or rng.random() < 0.5 else rng.choice(self.shops[:shops_before(i)])
            offer, stock, sku = id_at(ms, rng), id_at(ms, rng), f"{i}-{number + 1}"
            price = {"amount": cheapest + cheapest * rng.randrange(30) // 100, "currency": "EUR"}
            units = 0 if rng.random() < 0.1 else int(rng.paretovariate(0.8)) % 5_000 + 1
            self.add("offer", offer, product, shop, sku, escaped(json.dumps({name: value} if count > 1 else {})), "EUR", at, at)
            self.add_prices(offer, product, at, {"EUR": price["amount"], **({"USD": price["amount"] * 11 // 10 + 1} if shop in self.in_dollars else {})})
            self.add("stock", stock, offer, units)
            if units:
                self.add("stock_movement", "INITIAL", stock, offer, units, 0, offer, at)
            self.tell(rng, ms, "OfferCreated", f"offer/{offer}", 1, shop,
                      message(f1=offer, f2=product, f3=shop, f4=sku, f5=message(f1=price["amount"], f2=price["currency"]), f6=units))


class Database:
    """psql with what a connection string says."""

    def __init__(self, program, conninfo_file):
        said = dict(word.split("=", 1) for word in shlex.split(pathlib.Path(conninfo_file).read_text()))
        names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD"}
        # Not as arguments, which everybody on the machine can read.
        self.environment = {**os.environ, **{names[key]: value for key, value in said.items()}}
        self.command = [program, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]

    def run(self, sql):
        done = subprocess.run(self.command, input=sql.encode(), capture_output=True, env=self.environment)
        if done.returncode:
            raise OSError(f"the database of product: {done.stderr.decode(errors='replace').strip().splitlines()[0]}")
        return done.stdout.decode().strip()

    def count(self):
        """How many products of the series are there: the first ones, since each transaction has the next."""
        first, last = (id_at(FIRST_MS + i * STEP_MS, random.Random(0))[:13] + "-0000-0000-000000000000" for i in (0, MOST + 1))
        return int(self.run(f"SELECT count(*) FROM product WHERE id BETWEEN '{first}' AND '{last}';"))


def open_shop(place, owner, operator):
    """The id of the shop at that place; the first time it is opened."""
    slug = f"bulk-shop-{place + 1}"
    rng = random.Random(slug)
    body = {"displayName": f"{brand(rng)} {brand(rng)} {place + 1}", "slug": slug, "countryCode": rng.choice(["DE", "FR", "GB", "PL", "PT"])}
    found = operator.get(f"/v1/sellers?slug={slug}").get("sellers")
    shop = found[0] if found else owner.post("/v1/sellers", body, key="seed-" + slug)
    if shop["state"] == "PENDING":
        operator.post(f"/v1/sellers/{shop['id']}:approve", {})
    return shop["id"]


def open_shops(count, enter, operator):
    """Ids by place. An owner has twenty; operator() is a connection of an operator's for each of them."""
    places = [range(first, min(first + SHOPS_OF_AN_OWNER, count)) for first in range(0, count, SHOPS_OF_AN_OWNER)]
    owners = [enter(f"bulk-{number}@demo.test", f"Owner {number}") for number in range(1, len(places) + 1)]
    with concurrent.futures.ThreadPoolExecutor(len(owners)) as pool:
        of_owners = pool.map(lambda owner, own, approver: [open_shop(place, owner, approver) for place in own],
                             owners, places, [operator() for _ in owners])
        return [shop for shops in of_owners for shop in shops]


def fill(database, wanted, shops, category_ids):
    """Writes the products that are missing, and gives how many those were."""
    present = database.count()
    with concurrent.futures.ThreadPoolExecutor(1) as writer:
        # One transaction is written while the next one is made.
        writing = None
        for first in range(present, wanted, AT_ONCE):
            rows = Rows(shops, category_ids)
            for i in range(first, min(first + AT_ONCE, wanted)):
                rows.add_product(i + 1)
            if writing:
                writing.result()
            writing = writer.submit(database.run, rows.sql())
        if writing:
            writing.result()
    return max(0, wanted - present)
