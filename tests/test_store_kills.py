"""A load is stored whole or not at all, whoever is killed and whoever else writes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from ledger.store import Store
from tests.stores import START, batch, shown

ROWS, KILLS = 20_000, 4
LOADER = f"""
import sys
from ledger.store import Store
from tests.stores import START, batch

store, load = Store.open(sys.argv[1]), int(sys.argv[2])
bill = batch([{{"hour": h, "cost": load + 1, "available": load}} for h in range({ROWS})],
             kind="snapshot", source="bill", name=f"{{load}}.csv", covers=(0, {ROWS}))
print("ready", flush=True)
store.ingest(bill, loaded_at=START)
print("stored", flush=True)
"""


def killed(url, load, seconds):
    """True where the load's process had said that it was stored when it was killed so long after it began."""
    process = subprocess.Popen([sys.executable, "-c", LOADER, url, str(load)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return "stored" in process.stdout.read()


def test_a_load_that_is_killed_leaves_nothing_or_all_of_it(store, store_url):
    """At whatever moment; the next one finds a sound store and may be the same."""
    stood = 0
    for load in range(1, KILLS + 1):
        said = killed(store_url, load, 0.08 * load)
        costs = set(store.costs().cost.tolist())
        assert costs in ({load + 1}, {stood} - {0})
        assert costs == {load + 1} or not said
        stood = max(costs, default=0)
        assert len(store.costs()) in (0, ROWS)
    assert killed(store_url, KILLS, 60)
    assert store.costs().cost.tolist() == [KILLS + 1] * ROWS


def test_many_may_load_at_once(store, store_url):
    """The same file taken in by several processes is one load; different ones are all there."""
    same = batch([{"team": "same", "hour": h, "cost": 3} for h in range(50)], name="same.csv")

    def work(number):
        mine = Store.open(store_url)
        try:
            first = mine.ingest(same, loaded_at=START)
            rows = [{"team": f"{number}", "hour": h, "cost": number} for h in range(50)]
            return first.new, mine.ingest(batch(rows, name=f"{number}.csv"), loaded_at=START).new
        finally:
            mine.engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sorted(done) == [(0, 50), (0, 50), (0, 50), (50, 50)]
    expected = {("log", f"{n}", h): n for n in range(4) for h in range(50)} | {("log", "same", h): 3 for h in range(50)}
    assert shown(store.costs(), "team") == expected


def test_a_state_is_of_one_moment(store):
    """Rows that come in between two queries of one reading are not seen in half."""

    def load(number):
        return store.ingest(
            batch([{"team": f"{number}-{i}", "hour": 0, "cost": 1} for i in range(40)]), loaded_at=START
        )

    with ThreadPoolExecutor(1) as pool:
        loads = [pool.submit(load, n) for n in range(10)]
        while not all(one.done() for one in loads):
            assert len(store.costs()) % 40 == 0
    assert len(store.costs()) == 400
