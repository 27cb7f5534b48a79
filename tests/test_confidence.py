"""What is said with a confidence is right about that often, and what nothing outweighs is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.confidence import made, table
from explainer.causes import Circumstances, cause_of
from explainer.confidence import SEEN, UNKNOWN, share_of, sure_by, sure_of_incident
from ledger.types import Event
from tests.explanations import NOW
from tests.messages import told

INCIDENT = replace(told().change.incident, signal="volume", kind="spend", event_id=None, direction="up")
OVERRUN = Circumstances(event=Event("e", NOW, NOW, "batch", (), "a batch", True), announced=True)


def test_incidents_made_here_are_told_as_surely_as_they_are_right() -> None:
    """Sixty of other seeds than the constants were fitted on: said and right lie within a tenth of each other."""
    found = [f for f in (made(900_000 + n) for n in range(60)) if f[2] != "unknown"]
    said, right = np.mean([sure for _, sure, _ in found]), np.mean([truth == cause for truth, _, cause in found])
    assert abs(said - right) < 0.1
    assert len(table(found)) >= 3


def test_where_no_driver_outweighs_the_others_an_incident_is_unknown() -> None:
    """With the reason as evidence; a driver that explains it all is named and nearly sure."""
    cause, sure, evidence = cause_of(INCIDENT, "volume", 0.4, Circumstances())
    assert (cause, sure) == ("unknown", 0.3)
    assert "40 % of it" in evidence[0].text
    assert not evidence[0].supports
    assert cause_of(INCIDENT, "volume", 1.0, Circumstances())[:2] == ("traffic_surge", pytest.approx(0.97, abs=0.01))


def test_what_else_speaks_for_a_cause_keeps_it() -> None:
    """The detector saw the driver itself, or an announced batch was due to end."""
    seen = replace(INCIDENT, signal="input_tokens_per_request")
    assert cause_of(seen, "input_tokens_per_request", 0.4, Circumstances())[:2] == ("prompt_growth", SEEN)
    assert cause_of(INCIDENT, "volume", 0.4, OVERRUN)[:2] == ("batch_overrun", SEEN)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_of_what_moved_is_never_less_sure(one: float, other: float) -> None:
    """And nothing is certain."""
    low, high = sorted((one, other))
    assert 0 <= sure_by(low) <= sure_by(high) < 1
    assert sure_of_incident(low, seen=True) >= UNKNOWN


@given(st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=3))
def test_shares_of_what_moved_add_up(moved: list[int]) -> None:
    """Over the drivers that moved the cost that way."""
    drivers = tuple(zip(("volume", "cache", "price"), moved, strict=True))
    shares = [share_of(drivers, d, 1) for d, _ in drivers]  # type: ignore[arg-type]  # literal names above
    assert sum(shares) == (pytest.approx(1.0) if max(moved) > 0 else 0.0)
