"""What key_scenes.py and key_scenes_product.py are made of."""

import dataclasses
from collections.abc import Callable

from market import Person


@dataclasses.dataclass
class Scene:
    """A method with something to do: a request, another one that would have an effect of its own, and a count that grows by one with
    each effect."""
    caller: Person
    request: tuple                   # (path, body)
    other: tuple | None              # nothing where no two requests differ
    count: Callable[[], int]
    once_expired: tuple = (200, 0)   # what the same request comes to as a new one: its status, and how many effects more
    settle: Callable[[], object] = lambda: None    # afterwards
    ends_its_caller: bool = False    # within 2 s nobody knows who repeats it

    def __post_init__(self):
        self.before = self.count()

    def effects(self):
        return self.count() - self.before


def version(person, path):
    return int(person.ok("GET", path)["etag"].split("-")[0])


ACCEPT, SHIP = ("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
