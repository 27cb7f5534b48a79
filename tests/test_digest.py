"""The weekly page: everything finance asks for on one page, in parts that add up as they are shown."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from tests.messages import page

PAGE = page()


def cents(shown: str) -> int:
    return int(Decimal(shown.replace("−", "-").replace("$", "").replace(",", "")) * 100)


@pytest.mark.parametrize("title", ["What makes the difference, against what was expected", "By team"])
def test_the_shown_parts_add_up_to_the_shown_difference(title):
    """By driver and by team, to the cent."""
    table = next(t for t in PAGE.tables if t.title == title)
    rows = [row for row in table.rows if row[0] != "all of it"]
    whole = cents(dict(PAGE.numbers)["Difference"].split()[0])
    assert sum(cents(row[-1]) for row in rows) == whole
    assert len(rows) > 1


def test_what_finance_asks_for_stands_on_the_page():
    """Total against last week and budget, month's end with its range, untagged and its trend, unit costs, what lacks."""
    numbers = dict(PAGE.numbers)
    assert numbers["By month's end"] == "$1,100.00 ($1,000.00 to $1,250.00)"
    assert numbers["Budget of the month"] == "$2,000.00"
    assert numbers["Untagged"] == "$40.00 (+33%)"
    assert numbers["Cost per answer accepted"] == "$0.0385 (before $0.0337)"
    assert PAGE.evidence == ("Not complete yet: openai: Sunday is not complete",)
    assert any(p.startswith("As announced: ") for p in PAGE.paragraphs)
    assert [t.title for t in PAGE.tables][-1] == "Incidents"


def test_a_page_is_sent_once_a_week_and_says_when_it_is_late():
    """The key is the week's; late or not."""
    late = page(late=True)
    assert late.key == PAGE.key == "digest:2026-W40"
    assert "late" in late.paragraphs[0]
    assert "late" not in PAGE.paragraphs[0]


def test_the_attached_table_can_be_added_up():
    """Plain dollars with a point, one line a cell."""
    rows = list(csv.DictReader(io.StringIO(PAGE.attachments[0].content.decode())))
    assert sum(Decimal(r["usd_change"]) for r in rows) == Decimal(30)
    assert rows[0]["feature"] == "lead-scoring"
