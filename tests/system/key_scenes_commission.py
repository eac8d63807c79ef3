"""The scenes of key_scenes.py that are about commission rules, each of a shop that there is not: no sale falls under it."""

import uuid

from market import Person, new_key, psql
from scene import Scene


def draft(**members):
    return {"name": "A test", "sellerId": str(uuid.uuid4()), "percentagePpm": 50_000, **members}


def planted(state):
    """A rule of one version in that state, proposed by somebody who is nobody else here."""
    rule = str(uuid.uuid4())
    begun = "market_now() - interval '1 day', gen_random_uuid()" if state in ("PROPOSED", "PUBLISHED") else "NULL, NULL"
    psql("payment", "INSERT INTO commission_rule (id, version, state, name, seller_id, percentage_ppm, valid_from, proposed_by)"
                    f" VALUES ('{rule}', 1, '{state}', 'A test', gen_random_uuid(), 50000, {begun})")
    return rule


def create_commission_rule(world):
    drafts = [draft(name=new_key()) for _ in range(2)]
    made = "SELECT count(*) FROM commission_rule WHERE name IN ('{}', '{}')".format(*(one["name"] for one in drafts))
    one, two = (("/v1/commissionRules", body) for body in drafts)
    return Scene(world.operator, one, two, lambda: int(psql("payment", made)), (201, 1))


def act_on_commission_rule(verb, state, body, done, again):
    def scene(world):
        if verb == "publish":    # as long as another one may, it is proposed, again and again
            fred = Person(world.stack["url"], world.stack["caFile"], "Fred")
            world.operator.ok("POST", f"/v1/accounts/{fred.id}:grantRole", {"role": "finance"})
        rules = [planted(state) for _ in range(2)]
        one, two = ((f"/v1/commissionRules/{rule}" + ("" if verb == "PATCH" else f":{verb}"), body) for rule in rules)
        count = "SELECT count(*) FROM commission_rule WHERE {} AND id IN ('{}', '{}')".format(done, *rules)
        return Scene(world.operator, one, two, lambda: int(psql("payment", count)), (again, 0))
    return scene
