"""kill -9 at random, of every process, and PostgreSQL stopped at once, while people buy, cancel, reject, send and refund; afterwards every
order, unit and cent is accounted for, and every key answers.

MARKET_KILLS kills from MARKET_SEED; `./market test --long kills` goes from seed to seed.
"""

import os
import random
import signal
import time

import pytest
import market
from stories import Stage

pytestmark = pytest.mark.alone

KILLS = int(os.environ.get("MARKET_KILLS", "30"))
SEED = int(os.environ.get("MARKET_SEED", "20261124"))
PLAYERS = 6
# PostgreSQL's own way to die at once (pg_ctl -m immediate), which takes its children with it.
SIGNALS = {"postgres": signal.SIGQUIT}


def test_random_kills_lose_and_invent_nothing(stack, category, operator):
    # What runs is started again by it.
    victims = [name for name in stack["pids"] if name != "supervisord"]
    with Stage(stack, category, operator) as stage:
        stage.keep_busy(PLAYERS, SEED)
        kill(victims, random.Random(SEED))
        over = sum(request.is_over() for request in stage.requests())
        stage.settle()
        report = market.check_invariants(wait_s=120)
        assert report["clean"], report["findings"][:20]
        stage.check()
    tries = sum(len(request.answers) for request in stage.requests())
    print(f"{KILLS} kills, {len(stage.stories)} orders, {over} acts over meanwhile, {tries} tries: {dict(stage.told())}")
    assert over >= KILLS // 4, "hardly anything went on"


def kill(victims, rng):
    killed = 0
    while killed < KILLS:
        time.sleep(rng.uniform(0.1, 0.8))  # the pace of the faults, not a synchronisation
        victim = rng.choice(victims)
        pid = market.info()["pids"].get(victim)
        if pid:
            try:
                os.kill(pid, SIGNALS.get(victim, signal.SIGKILL))
                killed += 1
            except ProcessLookupError:
                pass  # died a moment ago and is being started again
