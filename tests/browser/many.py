"""A shop with a hundred variants and a file of a thousand rows, 37 of which are broken."""

import market
from trade import PASSWORD, variants

ROWS, BROKEN = 1000, 37
HEADER = "sku,title,category,price,currency,stock"
# What is wrong with a row, which column is to be named for it, and how the row is written.
FAULTS = (("price", "{sku},Cup {n},{category},five,EUR,1"), ("category", "{sku},Cup {n},nowhere,5.00,EUR,1"), ("stock", "{sku},Cup {n},{category},5.00,EUR,-1"))


def file_of(category, word):
    """The text, and of each broken row its line in the file and the column at fault."""
    rows, broken = [HEADER], []
    every = ROWS // BROKEN
    for number in range(ROWS):
        values = {"sku": f"{word}-{number}", "n": number, "category": category}
        if number % every == every - 1 and len(broken) < BROKEN:
            column, written = FAULTS[len(broken) % len(FAULTS)]
            broken.append({"line": len(rows) + 1, "column": column})
            rows.append(written.format(**values))
        else:
            rows.append("{sku},Cup {n},{category},5.00,EUR,1".format(**values))
    return "\n".join(rows) + "\n", broken


def many(stack):
    owner = market.Person(stack["url"], stack["caFile"], "Olga")
    owner.open_seller()
    category = owner.ok("GET", "/v1/categories")["categories"][0]
    for number in range(5):    # 20 variants of a product are in a list
        variants(owner, category["id"], f"Bowl {number}", 20)
    text, broken = file_of(category["slug"], "CSV" + market.new_key()[:8])
    assert len(broken) == BROKEN
    return {"owner": {"email": owner.email, "password": PASSWORD}, "seller": owner.seller, "file": text, "broken": broken}
