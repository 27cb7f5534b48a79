"""Another currency needs a rate that holds on the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.currency import Rate, Rates
from ledger.types import LedgerError

RATES = Rates([Rate("EUR", date(2026, 3, 1), Decimal("1.10")), Rate("eur", date(2026, 1, 1), Decimal("1.05"))])


def test_a_dollar_is_a_dollar():
    """Dollars need no rate, however they are written."""
    assert Rates().usd("usd", date(2026, 1, 1)) == 1


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_rate_holds_until_the_next_begins(day):
    """The newest rate that began by the day counts."""
    assert RATES.usd("EUR", day) == (Decimal("1.10") if day >= date(2026, 3, 1) else Decimal("1.05"))


@pytest.mark.parametrize(("currency", "day"), [("EUR", date(2025, 12, 31)), ("GBP", date(2026, 3, 1))])
def test_without_a_rate_nothing_is_guessed(currency, day):
    """A day before the first rate and an unknown currency are refused, with the line that would mend it."""
    with pytest.raises(LedgerError, match=f"no rate for {currency} on {day}; add one to .*currency.*since = {day}"):
        RATES.usd(currency, day)


def test_two_rates_of_one_day_are_refused():
    """Which of two counts is not for us to choose."""
    again = Rate("EUR", date(2026, 1, 1), Decimal("1.06"))
    with pytest.raises(LedgerError, match=r"two rates for EUR since 2026-01-01: 1\.05 and 1\.06"):
        Rates([Rate("EUR", again.since, Decimal("1.05")), again])
    assert Rates([again, again]).usd("EUR", again.since + timedelta(days=1)) == again.usd
