"""The demonstration data of tools/seed.py: who sells what. Pure data and pure functions; the same on every run."""

import hashlib

# Everybody can read these: a marketplace that strangers reach is started with MARKET_NO_SEED=1.
PASSWORD = "copper teapot window"

# slug: (name, parent's slug)
CATEGORIES = {
    "instruments": ("Instruments", None),
    "calculating-machines": ("Calculating machines", "instruments"),
    "clocks": ("Clocks", "instruments"),
    "optics": ("Optics", "instruments"),
    "clothing": ("Clothing", None),
    "knitwear": ("Knitwear", "clothing"),
    "outerwear": ("Outerwear", "clothing"),
    "accessories": ("Accessories", "clothing"),
    "stationery": ("Stationery", None),
    "paper": ("Paper", "stationery"),
    "pens-and-ink": ("Pens and ink", "stationery"),
    "kitchen": ("Kitchen", None),
    "tableware": ("Tableware", "kitchen"),
    "cookware": ("Cookware", "kitchen"),
    "pantry": ("Pantry", "kitchen"),
}

# Each shelf is (category, nouns, makes, option name, option values, lowest price in cents, what each further option
# value costs more, in percent of it); every noun in every make is one product, every option value one offer of it.
SELLERS = [
    {
        "email": "sam@demo.test", "name": "Sam Fairfax", "shop": "Fairfax Instruments", "slug": "fairfax-instruments",
        "country": "GB", "sku": "FAI", "shelves": [
            ("calculating-machines", ["Difference engine", "Slide rule", "Abacus", "Comptometer"],
             ["brass", "boxwood", "steel", "travel"], "edition", ["standard", "gift box"], 2400, 60),
            ("clocks", ["Carriage clock", "Wall clock", "Marine chronometer", "Metronome"],
             ["oak", "walnut", "brass", "enamel"], "finish", ["polished", "matt"], 3900, 10),
            ("optics", ["Telescope", "Microscope", "Magnifying glass", "Opera glasses", "Prism"],
             ["brass", "pocket", "student", "collector's"], "edition", ["standard", "with case"], 1500, 40),
        ],
    },
    {
        "email": "freja@demo.test", "name": "Freja Nord", "shop": "Nordlys Knit", "slug": "nordlys-knit",
        "country": "DK", "sku": "NOR", "shelves": [
            ("knitwear", ["Fisherman's jumper", "Cardigan", "Rollneck", "Slipover"],
             ["lambswool", "merino", "alpaca", "cotton"], "size", ["S", "M", "L", "XL"], 5900, 0),
            ("outerwear", ["Rain jacket", "Pea coat", "Parka", "Waistcoat"],
             ["navy", "moss green", "sand", "charcoal"], "size", ["S", "M", "L"], 8900, 0),
            ("accessories", ["Scarf", "Beanie", "Mittens", "Socks", "Blanket"],
             ["lambswool", "merino", "alpaca", "recycled"], "colour", ["natural", "blue", "rust"], 1200, 0),
        ],
    },
    {
        "email": "odile@demo.test", "name": "Odile Laurent", "shop": "Papeterie Laurent", "slug": "papeterie-laurent",
        "country": "FR", "sku": "LAU", "shelves": [
            ("paper", ["Notebook", "Sketchbook", "Letter set", "Diary", "Index cards"],
             ["laid", "cotton", "recycled", "dotted", "watermarked"], "format", ["A6", "A5", "A4"], 600, 35),
            ("pens-and-ink", ["Fountain pen", "Dip pen", "Ink bottle", "Pencil set", "Sealing wax"],
             ["black", "sepia", "bottle green", "oxblood", "midnight"], "set", ["single", "set of three"], 450, 180),
        ],
    },
    {
        "email": "tomas@demo.test", "name": "Tomás Ferreira", "shop": "Casa Ferreira", "slug": "casa-ferreira",
        "country": "PT", "sku": "FER", "shelves": [
            ("tableware", ["Dinner plate", "Soup bowl", "Espresso cup", "Serving dish"],
             ["stoneware", "terracotta", "porcelain", "blue-glazed"], "set", ["single", "set of four"], 700, 280),
            ("cookware", ["Saucepan", "Casserole", "Frying pan", "Cataplana"],
             ["copper", "cast-iron", "steel", "enamelled"], "size", ["20 cm", "24 cm", "28 cm"], 3200, 25),
            ("pantry", ["Olive oil", "Sardines", "Sea salt", "Fig jam", "Honey"],
             ["organic", "smoked", "reserve", "classic"], "pack", ["single", "pack of six"], 350, 450),
        ],
    },
]

BUYERS = [
    {"email": "bea@demo.test", "name": "Bea Buyer",
     "address": {"recipient": "Bea Buyer", "lines": ["12 St James's Square"], "city": "London",
                 "postalCode": "SW1Y 4JH", "countryCode": "GB"}},
    {"email": "omar@demo.test", "name": "Omar Haddad",
     "address": {"recipient": "Omar Haddad", "lines": ["Torstraße 44", "Hinterhaus"], "city": "Berlin",
                 "postalCode": "10119", "countryCode": "DE"}},
]

# (buyer, SKUs, payment method, the state the demonstration wants to show)
ORDERS = [
    ("bea@demo.test", ["FAI-001-1", "LAU-001-2"], "pm_card_visa", "PLACED"),
    ("bea@demo.test", ["NOR-002-3"], "pm_card_visa", "ACCEPTED"),
    ("bea@demo.test", ["FER-004-1"], "pm_card_visa", "SHIPPED"),
    ("bea@demo.test", ["LAU-007-1", "LAU-008-1"], "pm_card_visa", "DELIVERED"),
    ("omar@demo.test", ["FER-010-2", "FAI-005-1"], "pm_card_visa", "CANCELLED"),
    ("omar@demo.test", ["NOR-020-1"], "pm_card_visa_chargeDeclined", "FAILED"),
    ("omar@demo.test", ["FAI-012-2"], "pm_card_visa", "SHIPPED"),
    ("omar@demo.test", ["LAU-030-2", "NOR-030-1"], "pm_card_visa", "PLACED"),
]

# SKUs that an order above names are never the sold-out ones.
ORDERED = {sku for _, skus, _, _ in ORDERS for sku in skus}


def number(text, below):
    """A number that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") % below


def offer(sku, option, value, amount):
    sold_out = sku not in ORDERED and number(sku + "stock", 15) == 0
    return {"sku": sku, "options": {option: value}, "price": {"amount": amount, "currency": "EUR"},
            "stock": 0 if sold_out else 5 + number(sku + "units", 60)}


def products(seller):
    """Every product of a seller as CreateProduct takes it, its category by slug."""
    made = []
    for category, nouns, makes, option, values, lowest, more_percent in seller["shelves"]:
        for noun in nouns:
            for make in makes:
                code = f"{seller['sku']}-{len(made) + 1:03}"
                cheapest = lowest + number(code, lowest) // 5 * 5
                made.append({
                    "title": f"{noun}, {make}",
                    "description": f"{noun} ({make}) from {seller['shop']}. Made in small batches and checked by "
                                   f"hand; leaves the workshop within {1 + number(code, 4)} working days.",
                    "categoryId": category,
                    "attributes": {"make": make, "origin": seller["country"]},
                    "offers": [offer(f"{code}-{i + 1}", option, value, cheapest * (100 + more_percent * i) // 100)
                               for i, value in enumerate(values)],
                })
    return made


def second_offers():
    """(seller, code of another's product, offer): the same product from more than one shop."""
    chosen = []
    for place, seller in enumerate(SELLERS):
        other = SELLERS[(place + 1) % len(SELLERS)]
        for index in range(3, 43, 8):
            code = f"{other['sku']}-{index:03}"
            sku = f"{seller['sku']}-{code}"
            price = {"amount": 1990 + number(sku, 60) * 50, "currency": "EUR"}
            chosen.append((seller, code, {"sku": sku, "options": {"condition": "second-hand"}, "price": price,
                                          "stock": 1 + number(sku + "units", 3)}))
    return chosen
