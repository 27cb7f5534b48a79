"""Money, shares and times as people read them, and parts that add up as they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.types import NANO
from notifiers.figures import CENT, Look, change_percent, in_cents, moment, unit_usd, usd

US, FRANCE = Look(), Look("fr_FR", ZoneInfo("Europe/Paris"))


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=30))
def test_rounded_parts_add_up_to_the_rounded_total(parts):
    """To the cent, and each is its own amount to within a cent."""
    shown = in_cents(parts, sum(parts))
    assert sum(shown) == round(Decimal(sum(parts)) / CENT) * CENT
    assert all(abs(s - p) <= CENT and s % CENT == 0 for s, p in zip(shown, parts, strict=True))


def test_three_thirds_are_a_dollar():
    """$0.34, $0.33 and $0.33."""
    assert sorted(in_cents([NANO // 3, NANO // 3, NANO - 2 * (NANO // 3)], NANO)) == [33 * CENT, 33 * CENT, 34 * CENT]


@pytest.mark.parametrize(
    ("look", "shown"), [(US, "−$12,345.67"), (FRANCE, "−12\u202f345,67\xa0$US"), (Look("de_DE"), "−12.345,67\xa0$")]
)
def test_money_is_written_as_the_reader_writes_it(look, shown):
    """With a true minus."""
    assert usd(-12_345_67 * CENT, look) == shown


def test_what_one_costs_can_be_read_below_a_dollar():
    """Four decimals there, two above."""
    assert (unit_usd(38_500_000, US), unit_usd(2 * NANO, US)) == ("$0.0385", "$2.00")


@pytest.mark.parametrize(
    ("delta", "base", "shown"), [(12, 100, "+12%"), (-30, 100, "−30%"), (5, 0, "new"), (2400, 100, "×25")]
)
def test_a_change_is_a_share_or_a_factor(delta, base, shown):
    """New where there was nothing."""
    assert change_percent(delta, base, US) == shown


def test_a_time_has_the_readers_zone_with_its_name():
    """Summer and winter."""
    assert moment(datetime(2026, 11, 23, 14, tzinfo=UTC), US) == "Nov 23, 2026, 14:00 UTC"
    assert moment(datetime(2026, 7, 1, 14, tzinfo=UTC), FRANCE) == "1 juil. 2026, 16:00 CEST"
