"""A process may be killed while it sends: nothing is lost, and Slack, which can be asked, gets nothing twice."""

from __future__ import annotations

from benchmarks.kills_sending import run


def test_twenty_kills_while_sending_lose_nothing(tmp_path):
    """A mail may come twice only where the server took it and nobody could write that down: once a kill at most."""
    found = run(f"sqlite:///{tmp_path}/outbox.db", kills=20, seed=3)
    assert (found.lost, found.unsent, found.doubled_slack) == (0, 0, 0)
    assert found.kills == 20
    assert found.doubled_mail <= found.kills
