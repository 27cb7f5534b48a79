"""Charts: the same bytes each time, nothing drawn that is not so, and characters where there are no pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifiers import compose
from notifiers.charts import in_characters, png
from notifiers.types import Chart
from tests.messages import LOOK, told

BAND = compose.band(told().change.incident, LOOK)
FALL = Chart(
    "waterfall", "t", "a", "usd", labels=("before", "volume", "price", "now"), values=(100.0, 50.0, -20.0, 130.0)
)
BARS = Chart("bars", "t", "a", "usd", labels=("Mon", "Tue"), values=(3.0, 6.0))
EDGES = (
    replace(BAND, times=(), actual=(), expected=(), low=(), high=()),
    replace(BAND, actual=(0.0,) * 102, expected=(0.0,) * 102, low=(0.0,) * 102, high=(0.0,) * 102),
    replace(BAND, marked_from=None),
    replace(FALL, values=(0.0, 0.0, 0.0, 0.0)),
    replace(FALL, values=(5.0, -9.0, 1.0, -3.0)),
    replace(BARS, labels=(), values=()),
)


@pytest.mark.parametrize("chart", [BAND, FALL, BARS], ids=lambda c: c.kind)
def test_the_same_chart_is_the_same_bytes(chart):
    """And another one for a dark ground."""
    assert png(chart) == png(chart)
    assert png(chart) != png(chart, dark=True)


@pytest.mark.parametrize("chart", EDGES)
def test_nothing_and_zero_and_losses_can_be_drawn(chart):
    """As a picture and in characters, without a warning."""
    assert png(chart)[:4] == b"\x89PNG"
    assert all(len(line) < 100 for line in in_characters(chart))


def test_a_terminal_shows_where_the_incident_was():
    """Under the hours that are marked, and how high it went."""
    actual, _, marked, dates = in_characters(BAND)
    assert actual.endswith("peak $2,150.00")
    assert set(marked.strip()) == {"▲"}
    assert "2026-10-03" in dates


def test_a_terminals_waterfall_floats():
    """Each bar begins where the one before it ended, on one scale."""
    lines = [line.removeprefix(f"  {label:<6} ") for label, line in zip(FALL.labels, in_characters(FALL), strict=True)]
    begins = [line.index("█") for line in lines]
    ends = [line.rindex("█") + 1 for line in lines]
    assert begins[0] == begins[3] == 0
    assert begins[1] == ends[0]
    assert ends[2] == ends[1]
    assert begins[2] == ends[3]


def test_a_terminals_waterfall_says_each_amount():
    """With its sign."""
    assert [line.split()[-1] for line in in_characters(FALL)] == ["100.00", "50.00", "−20.00", "130.00"]
