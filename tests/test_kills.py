"""A tick may be killed at any point: nothing is lost, and nothing is doubled that could be known to have arrived."""

from __future__ import annotations

from benchmarks.kills import exports, run

HOURS = (0, 3, 4, 7, 19)
"""Between them an incident opens, moves, grows and ends."""


def test_twenty_kills_lose_and_double_nothing(tmp_path):
    """The store ends as that of a run which nobody disturbed; a message comes twice only where its answer was lost."""
    exports(tmp_path, HOURS)
    urls = (f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db")
    found = run(tmp_path, urls, kills=20, seed=7)
    assert found.kills == 20
    assert found.same
    assert found.messages >= 3
    assert (found.lost, found.unsent) == (0, 0)
    assert found.doubled == found.unanswered
