"""Amounts, counts and times in any locale, zone and currency, and what is said in them held to the facts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explainer import Look, narrate
from explainer.checker import check
from explainer.look import DOLLARS
from explainer.types import Cause, Part, Reader
from ledger.types import NANO
from notifiers.compose import driver_table, part_tables
from notifiers.digest import digest_csv
from tests.explanations import explained
from tests.messages import digest_data
from tests.test_narrate import text_of

PARIS = ZoneInfo("Europe/Paris")
LOOKS = {
    "usd": DOLLARS,
    "eur-fr": Look("fr_FR", PARIS, "EUR", Decimal("1.0869565"), date(2026, 11, 1)),
    "eur-de": Look("de_DE", ZoneInfo("Europe/Berlin"), "EUR", Decimal("1.08"), date(2026, 11, 1)),
    "eur-en": Look("en_US", PARIS, "EUR", Decimal("1.08"), date(2026, 11, 1)),
    "gbp": Look("en_GB", ZoneInfo("Europe/London"), "GBP", Decimal("1.27"), date(2026, 11, 1)),
    "jpy": Look("ja_JP", ZoneInfo("Asia/Tokyo"), "JPY", Decimal("0.0064"), date(2026, 11, 1)),
    "chf": Look("de_CH", ZoneInfo("Europe/Zurich"), "CHF", Decimal("1.13"), date(2026, 11, 1)),
    "inr": Look("en_IN", ZoneInfo("Asia/Kolkata"), "INR", Decimal("0.012"), date(2026, 11, 1)),
    "brl": Look("pt_BR", ZoneInfo("America/Sao_Paulo"), "BRL", Decimal("0.18"), date(2026, 11, 1)),
    "kwd": Look("en_US", UTC, "KWD", Decimal("3.25"), date(2026, 11, 1)),
    "usd-fr": Look("fr_FR", PARIS),
}
CAUSES: tuple[Cause, ...] = get_args(Cause)
READERS: tuple[Reader, ...] = get_args(Reader)
AMOUNTS = st.integers(-(10**16), 10**16)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=30), st.sampled_from(sorted(LOOKS)), st.decimals("0.00004", "5", places=5)
)
def test_shown_parts_add_up_to_the_shown_total(parts, name, usd):
    """In any currency at any rate, decimals or none; and each is its own amount to within one coin."""
    look = LOOKS[name] if name == "usd" else replace(LOOKS[name], usd=usd)
    shown = look.units_of_parts(parts, sum(parts))
    assert sum(shown) == look.units(sum(parts))
    assert all(abs(s - look.amount(p) * 10**look.digits) <= 1 for s, p in zip(shown, parts, strict=True))


def test_three_thirds_are_a_dollar():
    """34, 33 and 33 cents."""
    assert sorted(DOLLARS.units_of_parts([NANO // 3, NANO // 3, NANO - 2 * (NANO // 3)], NANO)) == [33, 33, 34]


def number(cell: str, look: Look) -> Decimal:
    """What a cell says, read as a person of that locale reads it."""
    group, decimal = look.separators
    digits = re.sub(r"[^\d,.\u2212]", "", cell.replace(group, "").replace("R$", "")).replace(decimal, ".")
    return Decimal(digits.replace("\u2212", "-").strip(".") or "0")


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=12), st.sampled_from(sorted(LOOKS)))
def test_tables_add_up_as_they_are_read(pairs, name):
    """Every column of a table of parts, and the drivers, add up to the total that stands beside them."""
    look = LOOKS[name]
    parts = tuple(Part(f"t{i}", base, now, now - base) for i, (base, now) in enumerate(pairs))
    base, now = sum(p.base for p in parts), sum(p.current for p in parts)
    drivers = (("volume", parts[0].delta), ("price", now - base - parts[0].delta))
    why = replace(
        explained("traffic_surge"), parts=(("team", parts),), base=base, current=now, delta=now - base, drivers=drivers
    )
    (table,) = part_tables(why, look)
    for column, total in ((1, base), (2, now), (3, now - base)):
        shown = sum(number(row[column], look) for row in table.rows)
        assert shown == Decimal(look.units(total)).scaleb(-look.digits)
    *rows, (_, total) = driver_table(why, look).rows
    assert sum(number(row[1], look) for row in rows) == number(total, look)


@settings(max_examples=150, deadline=None)
@given(
    cause=st.sampled_from(CAUSES),
    reader=st.sampled_from(READERS),
    name=st.sampled_from(sorted(LOOKS)),
    cents=st.integers(100, 10**9),
    usual=st.integers(100, 10**9),
)
def test_own_words_pass_in_every_look(cause, reader, name, cents, usual):
    """The narrator says nothing in euros, yen or Paris time that the checker refuses."""
    look = LOOKS[name]
    explanation = explained(cause, cents=cents, usual_cents=usual, look=look)
    assert check(text_of(narrate(explanation, reader, look)), explanation.facts, look) == []


@pytest.mark.parametrize(
    ("said", "true"),
    [
        ("The cost was 31\u202f435\xa0€.", True),
        ("The cost was 31 435 EUR.", True),
        ("The cost was 34\u202f169\xa0€.", False),
        ("The cost was €31\u202f435.", True),
        ("The cost was $34\u202f169.", True),
        ("The cost was £31\u202f435.", False),
        ("It began on Tue 6 Oct 08:30 CEST.", True),
        ("It began on Tue 6 Oct 06:30 UTC.", True),
        ("It began on Tue 6 Oct 06:30 CEST.", False),
        ("It began on Tue 6 Oct 08:30 CET.", False),
        ("It began on Tue 6 Oct 08:30 UTC.", False),
    ],
)
def test_a_text_in_euros_and_paris_time_is_held_to_the_facts(said, true):
    """Facts stay in dollars and UTC; $34,168.87 at 1.0869565 is 31 435 €."""
    look = LOOKS["eur-fr"]
    faults = check(said, explained("retry_storm", look=look).facts, look)
    assert (faults == []) is true, faults


def test_a_message_names_the_rate():
    """And a message in dollars has none to name."""
    assert LOOKS["eur-fr"].rate_words == "at 0,92 EUR per USD of 2026-11-01"
    assert LOOKS["jpy"].rate_words == "at 156.25 JPY per USD of 2026-11-01"
    assert LOOKS["usd-fr"].rate_words == ""


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_the_attached_table_adds_up_in_the_currency_of_its_headings(name):
    """To its last digit, and it says which."""
    look, data = LOOKS[name], digest_data()
    head, *rows = (line.split(",") for line in digest_csv(data, look).decode().splitlines())
    assert head[3:] == [f"{look.currency.lower()}_{c}" for c in ("week_before", "this_week", "change")]
    for column, cell in ((3, 1), (4, 2)):
        total = look.amount(sum(c[cell] for c in data.cells))
        assert abs(Fraction(sum(Decimal(r[column]) for r in rows)) - total) <= Fraction(1, 2 * 10**6)
    assert all(Decimal(r[5]) == Decimal(r[4]) - Decimal(r[3]) for r in rows)


def test_a_time_in_a_sentence_has_the_readers_zone():
    """Its name where it has one."""
    at = datetime(2026, 6, 20, 2, 30, tzinfo=UTC)
    assert DOLLARS.moment(at) == "Sat 20 Jun 02:30 UTC"
    assert LOOKS["eur-fr"].moment(at) == "Sat 20 Jun 04:30 CEST"
    assert LOOKS["brl"].moment(at) == "Fri 19 Jun 23:30 UTC-03:00"
