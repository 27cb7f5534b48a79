"""Money, shares and times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from explainer import Look
from ledger.types import NANO
from notifiers.figures import change_percent, moment, money, unit_money

CENT = NANO // 100

US, FRANCE = Look(), Look("fr_FR", ZoneInfo("Europe/Paris"))
EUROS = Look("fr_FR", ZoneInfo("Europe/Paris"), "EUR", Decimal(1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("look", "shown"),
    [
        (US, "−$12,345.67"),
        (FRANCE, "−12\u202f345,67\xa0$US"),
        (Look("de_DE"), "−12.345,67\xa0$"),
        (EUROS, "−12\u202f345,67\xa0€"),
        (Look("ja_JP", currency="JPY", usd=Decimal("0.01")), "−￥1,234,567"),
        (Look("en_US", currency="EUR", usd=Decimal(2)), "−€6,172.84"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(look, shown):
    """With a true minus, in the reader's currency, with its decimals."""
    assert money(-12_345_67 * CENT, look) == shown


@pytest.mark.parametrize(("look", "shown"), [(US, ("$0.0385", "$2.00")), (EUROS, ("0,0385\xa0€", "2,00\xa0€"))])
def test_what_one_costs_can_be_read_below_a_dollar(look, shown):
    """Four decimals there, two above."""
    assert (unit_money(38_500_000, look), unit_money(2 * NANO, look)) == shown


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
    assert moment(datetime(2026, 7, 1, 14, tzinfo=UTC), Look(zone=ZoneInfo("America/Sao_Paulo"))).endswith(
        "11:00 UTC-03:00"
    )
