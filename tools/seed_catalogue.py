"""The demonstration data of tools/seed.py: who sells what to whom. Pure data and pure functions; the same on every run.

What the shops say of their products is in tools/seed_texts.txt, each in its own language; tools/seed_translations.txt has it in English
and in Russian, where it was not written so.
"""

import hashlib
import itertools
import pathlib

# Everybody can read these: a marketplace that strangers reach is started with MARKET_NO_SEED=1.
PASSWORD = "copper teapot window"

# slug: (name, its name in Russian, parent's slug); products are in those that have a parent.
CATEGORIES = {
    "instruments": ("Instruments", "Приборы", None),
    "clothing": ("Clothing", "Одежда", None),
    "stationery": ("Stationery", "Канцелярия", None),
    "kitchen": ("Kitchen", "Кухня", None),
    "food": ("Food and drink", "Еда и напитки", None),
    "books": ("Books", "Книги", None),
    "garden": ("Plants and garden", "Растения и сад", None),
    "electronics": ("Electronics", "Электроника", None),
    "calculators": ("Calculating machines", "Счётные машины", "instruments"),
    "clocks": ("Clocks", "Часы", "instruments"),
    "optics": ("Optics", "Оптика", "instruments"),
    "knitwear": ("Knitwear", "Трикотаж", "clothing"),
    "outerwear": ("Outerwear", "Верхняя одежда", "clothing"),
    "scarves-and-hats": ("Scarves and hats", "Шарфы и шапки", "clothing"),
    "paper": ("Paper", "Бумага", "stationery"),
    "pens-and-ink": ("Pens and ink", "Ручки и чернила", "stationery"),
    "tableware": ("Tableware", "Посуда", "kitchen"),
    "cookware": ("Cookware", "Кастрюли и сковороды", "kitchen"),
    "pantry": ("Pantry", "Бакалея", "food"),
    "tea": ("Tea", "Чай", "food"),
    "sweets": ("Sweets", "Сладости", "food"),
    "novels": ("Novels", "Романы", "books"),
    "handbooks": ("Handbooks", "Справочники", "books"),
    "childrens-books": ("Children's books", "Детские книги", "books"),
    "house-plants": ("House plants", "Комнатные растения", "garden"),
    "garden-tools": ("Garden tools", "Садовый инструмент", "garden"),
    "headphones": ("Headphones and speakers", "Наушники и колонки", "electronics"),
    "cables": ("Cables and adapters", "Кабели и переходники", "electronics"),
}

TRANSLATED_TO = ("en", "ru")

# How a description ends, by language; {days} is from 2 to 4.
ENDINGS = {
    "en": ["Leaves {town} within {days} working days.", "Sent from {town} in {days} working days, packed without plastic.",
           "Ready to leave {town} in {days} working days; thirty days to change your mind."],
    "fr": ["Expédié de Lyon sous {days} jours ouvrés.", "Préparé à Lyon en {days} jours ouvrés, emballé sans plastique."],
    "de": ["Verlässt Leipzig innerhalb von {days} Werktagen.", "Versand aus Leipzig in {days} Werktagen, ohne Plastik verpackt."],
    "pl": ["Wysyłamy z Krakowa w ciągu {days} dni roboczych.", "Pakujemy bez plastiku, wysyłka z Krakowa w {days} dni robocze."],
    "ru": ["Отправляем из {town} в течение {days} рабочих дней.",
           "Упаковываем без пластика, отправка из {town} за {days} рабочих дня."],
}

# As they stand after "from".
TOWNS_IN_RUSSIAN = {"Bath": "Бата", "Aarhus": "Орхуса", "Lyon": "Лиона", "Porto": "Порту", "Leipzig": "Лейпцига", "Kraków": "Кракова",
                    "Utrecht": "Утрехта", "Tallinn": "Таллина"}

# Each shelf: category, language, name of the attribute, options, what each further value of the first option costs more in
# percent. Every combination of option values is an offer of each product on the shelf; without options there is one.
SELLERS = [
    {"email": "sam@demo.test", "name": "Sam Fairfax", "shop": "Fairfax Instruments", "slug": "fairfax-instruments",
     "country": "GB", "town": "Bath", "sku": "FAI", "shelves": [
         ("calculators", "en", "material", {"edition": ["standard", "gift box"]}, 15),
         ("clocks", "en", "material", {"finish": ["polished", "matt"]}, 0),
         ("optics", "en", "material", {"set": ["alone", "with case"]}, 20)]},
    {"email": "freja@demo.test", "name": "Freja Nord", "shop": "Nordlys Knit", "slug": "nordlys-knit",
     "country": "DK", "town": "Aarhus", "sku": "NOR", "shelves": [
         ("knitwear", "en", "material", {"size": ["S", "M", "L"], "colour": ["natural", "navy"]}, 0),
         ("outerwear", "en", "material", {"size": ["S", "M", "L", "XL"]}, 0),
         ("scarves-and-hats", "en", "material", {"colour": ["natural", "blue", "rust"]}, 0)]},
    {"email": "odile@demo.test", "name": "Odile Laurent", "shop": "Papeterie Laurent", "slug": "papeterie-laurent",
     "country": "FR", "town": "Lyon", "sku": "LAU", "shelves": [
         ("paper", "fr", "matière", {"lot": ["à l'unité", "lot de trois"]}, 180),
         ("pens-and-ink", "fr", "matière", {"couleur": ["noir", "bleu nuit", "vert bouteille"]}, 0)]},
    {"email": "tomas@demo.test", "name": "Tomás Ferreira", "shop": "Casa Ferreira", "slug": "casa-ferreira",
     "country": "PT", "town": "Porto", "sku": "FER", "shelves": [
         ("tableware", "en", "material", {"set": ["single", "set of four"]}, 280),
         ("cookware", "en", "material", {}, 0),
         ("pantry", "en", "origin", {"pack": ["single", "pack of six"]}, 450)]},
    {"email": "jonas@demo.test", "name": "Jonas Lindner", "shop": "Bücherstube Lindner", "slug": "buecherstube-lindner",
     "country": "DE", "town": "Leipzig", "sku": "LIN", "shelves": [
         ("novels", "de", "Autor", {"Zustand": ["neu", "Mängelexemplar"]}, -40),
         ("handbooks", "de", "Thema", {"Zustand": ["neu", "Mängelexemplar"]}, -40),
         ("childrens-books", "en", "author", {"condition": ["new", "shelf-worn"]}, -35)]},
    {"email": "kasia@demo.test", "name": "Kasia Wójcik", "shop": "Zielony Dom", "slug": "zielony-dom",
     "country": "PL", "town": "Kraków", "sku": "ZIE", "shelves": [
         ("house-plants", "pl", "światło", {"doniczka": ["bez doniczki", "z doniczką"]}, 25),
         ("garden-tools", "en", "material", {}, 0)]},
    {"email": "mila@demo.test", "name": "Mila de Vries", "shop": "Stroom Audio", "slug": "stroom-audio",
     "country": "NL", "town": "Utrecht", "sku": "STR", "shelves": [
         ("headphones", "en", "type", {"colour": ["black", "sand"]}, 0),
         ("cables", "en", "connector", {"pack": ["single", "pack of three"]}, 170)]},
    {"email": "alina@demo.test", "name": "Alina Soboleva", "shop": "Чайная Соболевой", "slug": "chainaya-sobolevoi",
     "country": "EE", "town": "Tallinn", "sku": "SOB", "shelves": [
         ("tea", "ru", "происхождение", {"вес": ["100 г", "250 г"]}, 130),
         ("sweets", "ru", "основа", {"упаковка": ["одна", "шесть"]}, 450)]},
]

BUYERS = [
    {"email": "bea@demo.test", "name": "Bea Buyer",
     "address": {"recipient": "Bea Buyer", "lines": ["12 St James's Square"], "city": "London",
                 "postalCode": "SW1Y 4JH", "countryCode": "GB"}},
    {"email": "omar@demo.test", "name": "Omar Haddad",
     "address": {"recipient": "Omar Haddad", "lines": ["Torstraße 44", "Hinterhaus"], "city": "Berlin",
                 "postalCode": "10119", "countryCode": "DE"}},
    {"email": "lucie@demo.test", "name": "Lucie Perrin",
     "address": {"recipient": "Lucie Perrin", "lines": ["8 rue des Martyrs"], "city": "Paris",
                 "postalCode": "75009", "countryCode": "FR"}},
    {"email": "piotr@demo.test", "name": "Piotr Zieliński",
     "address": {"recipient": "Piotr Zieliński", "lines": ["ul. Grodzka 5/3"], "city": "Kraków",
                 "postalCode": "31-006", "countryCode": "PL"}},
]

# Shelves with a second picture, which some of their products show first.
TWO_PICTURES = {"calculators", "knitwear", "tableware", "novels"}

# Who sells for dollars, too.
IN_DOLLARS = {"FAI", "LIN", "STR"}

# Who sells products of another shop, too, a little dearer or cheaper.
ALSO_SOLD_BY = {"FAI": "mila@demo.test", "NOR": "jonas@demo.test", "LAU": "jonas@demo.test", "FER": "kasia@demo.test",
                "LIN": "odile@demo.test", "ZIE": "freja@demo.test", "STR": "sam@demo.test", "SOB": "tomas@demo.test"}

# How many orders are brought how far: the state that each ends in, or what is done to it. What waits for its payment does so for as
# long as the marketplace lets it, ten minutes, and fails then.
GOALS = {"PENDING_PAYMENT": 2, "FAILED": 2, "PLACED": 9, "ACCEPTED": 8, "SHIPPED": 9, "DELIVERED": 9, "COMPLETED": 6, "CANCELLED": 3,
         "PARTLY_CANCELLED": 4, "REJECTED": 3, "REFUNDED": 3, "PARTLY_REFUNDED": 2}


def number(text, below):
    """A number that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") % below


def read_texts():
    """[(title, cents, value of the attribute, what it says)] by category."""
    shelves = {}
    for line in pathlib.Path(__file__).with_name("seed_texts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            shelves[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            title, euros, value, text = line.split(" | ")
            shelves[next(reversed(shelves))].append((title, round(float(euros) * 100), value, text))
    return shelves


def read_translations():
    """[(title, what it says)] by category and language, in the order of the texts."""
    shelves = {}
    for line in pathlib.Path(__file__).with_name("seed_translations.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            shelves[tuple(line.strip("[]").split(" "))] = []
        elif line and not line.startswith("#"):
            title, text = line.split(" | ")
            shelves[next(reversed(shelves))].append((title, text))
    return shelves


TEXTS = read_texts()
TRANSLATIONS = read_translations()


def make_orders():
    """In each a product or two or three, of as many shops."""
    goals = list(itertools.chain.from_iterable([goal] * count for goal, count in GOALS.items()))
    orders = []
    for index in range(len(goals)):
        items = {}
        for place in range(1 + index % 3):
            seller = SELLERS[(index + 3 * place) % len(SELLERS)]
            of_shop = sum(len(TEXTS[shelf[0]]) for shelf in seller["shelves"])
            items[f"{seller['sku']}-{1 + number(f'basket {index}/{place}', of_shop):03}-1"] = 2 if place == 0 else 1
        # 7 and their number have no common divisor: each goal is met once, and those of a kind lie apart.
        goal = goals[index * 7 % len(goals)]
        declined = goal in ("PENDING_PAYMENT", "FAILED")
        orders.append({"number": index + 1, "buyer": BUYERS[index % len(BUYERS)]["email"], "items": items, "goal": goal,
                       "method": "pm_card_visa_chargeDeclined" if declined else "pm_card_visa"})
    return orders


ORDERS = make_orders()
# What an order names is never sold out.
ORDERED = {sku for order in ORDERS for sku in order["items"]}


def offer(sku, options, amount):
    # Some are sold out in one variant, some in all.
    sold_out = sku not in ORDERED and 0 in (number(sku + "stock", 15), number(sku.rpartition("-")[0] + "stock", 30))
    return {"sku": sku, "options": options, "price": {"amount": amount, "currency": "EUR"}, "prices": prices_of(sku, amount),
            "stock": 0 if sold_out else 12 + number(sku + "units", 60)}


def prices_of(sku, amount):
    """In each currency that the shop sells in."""
    in_dollars = amount * 11 // 10 + 1
    return [{"price": {"amount": amount, "currency": "EUR"}},
            *([{"price": {"amount": in_dollars, "currency": "USD"}}] if sku[:3] in IN_DOLLARS else [])]


def reduced_prices(wanted):
    """What an offer costs once it was reduced by a fifth; None: it was not."""
    if number(wanted["sku"] + "reduced", 12):
        return None
    return [{"price": {**row["price"], "amount": row["price"]["amount"] * 4 // 5}, "compareAt": row["price"]} for row in wanted["prices"]]


def offers_of(code, cheapest, options, more_percent):
    made = []
    for values in itertools.product(*options.values()):
        further = next(iter(options.values())).index(values[0]) if values else 0
        made.append(offer(f"{code}-{len(made) + 1}", dict(zip(options, values)), cheapest * (100 + more_percent * further) // 100))
    return made


def pictures_of(category, code):
    """Which drawings of its shelf a product shows (seed_pictures.py): (category, number)."""
    drawings = [(category, 1), (category, 2)] if category in TWO_PICTURES else [(category, 1)]
    return drawings[::-1] if number(code + "picture", 2) else drawings


def described(text, language, seller, code):
    ending = ENDINGS[language][number(code, len(ENDINGS[language]))]
    town = TOWNS_IN_RUSSIAN[seller["town"]] if language == "ru" else seller["town"]
    return f"{text}\n{ending.format(town=town, days=2 + number(code + 'days', 3))}"


def products(seller):
    """Every product of a seller as CreateProduct takes it, its category by slug, its pictures as pictures_of tells."""
    made = []
    for category, language, attribute, options, more_percent in seller["shelves"]:
        for place, (title, cents, value, text) in enumerate(TEXTS[category]):
            code = f"{seller['sku']}-{len(made) + 1:03}"
            translations = []
            for other in TRANSLATED_TO:
                if other != language:
                    other_title, other_text = TRANSLATIONS[category, other][place]
                    translations.append({"language": other, "title": other_title, "description": described(other_text, other, seller, code)})
            made.append({
                "title": title, "categoryId": category, "attributes": {attribute: value}, "language": language,
                "pictureIds": pictures_of(category, code),
                "description": described(text, language, seller, code), "translations": translations,
                "offers": offers_of(code, cents, options, more_percent)})
    return made


def second_offers():
    """(e-mail of the seller, code of another's product, offer): the same from more than one shop."""
    chosen = []
    for seller in SELLERS:
        for product in products(seller)[1::8]:
            first = product["offers"][0]
            code = first["sku"].rpartition("-")[0]
            sku = f"ALSO-{code}"
            percent = 92 + number(sku, 16)
            chosen.append((ALSO_SOLD_BY[seller["sku"]], code,
                           offer(sku, first["options"], first["price"]["amount"] * percent // 100)))
    return chosen
