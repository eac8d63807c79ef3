"""Pictures for tests: drawn here, and uploaded through the front door."""

import itertools
import pathlib
import random
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import seed_pictures  # noqa: E402

COUNT = itertools.count(random.SystemRandom().getrandbits(24))


def drawn(width=200, height=100, colour=None):
    """A PNG that no other call has drawn, nor one of another process (files go by their content), unless it names its colour."""
    colour = bytes(colour) if colour else (next(COUNT) % 2**24).to_bytes(3, "big")
    return seed_pictures.png(width, height, [colour * width for _ in range(height)])


MINE = "/v1/users/me/pictures"


def with_alt(path, alt):
    return path + (f"?altText={urllib.parse.quote(alt)}" if alt else "")


def path_of(seller, alt=""):
    return with_alt(f"/v1/sellers/{seller}/pictures", alt)


def sent_of_mine(person, file, alt="", media_type="image/png", **arguments):
    return person.call("POST", with_alt(MINE, alt), headers={"Content-Type": media_type}, content=file, **arguments)


def mine(person, file=None, alt=""):
    """A picture of this person, for reviews."""
    answer = sent_of_mine(person, drawn() if file is None else file, alt)
    assert answer.status_code == 201, answer.text
    return answer.json()


def sent(person, file, alt="", media_type="image/png", seller=None, **arguments):
    return person.call("POST", path_of(seller or person.seller, alt), headers={"Content-Type": media_type}, content=file, **arguments)


def uploaded(person, file=None, alt=""):
    answer = sent(person, drawn() if file is None else file, alt)
    assert answer.status_code == 201, answer.text
    return answer.json()
