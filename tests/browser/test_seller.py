"""The console of a shop in a browser, on a real marketplace: every page in every look, and a day's work by keyboard alone."""

import json

import pytest

import trade


@pytest.fixture(scope="module")
def work(stack, chromium):
    """work(script): runs it in a shop of the moment."""
    more = {"MARKET_TRADE": json.dumps(trade.trade(stack))}
    return lambda script: chromium(script, **more)


def test_every_page_of_the_console_in_every_look(work):
    work("seller_pages.mjs")


def test_a_day_in_a_shop_by_keyboard(work):
    work("seller.mjs")
