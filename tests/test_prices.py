"""The price book says what genai-prices says, at every time and size, and what it does not know it does not price."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.prices import ContractPrice, PriceBook, priced
from ledger.types import NANO

BOOK = PriceBook()
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
ODD_UNITS = ("output_reasoning_mtok", "output_citation_mtok")


def _priced_by_tokens():
    found = []
    for provider in get_snapshot().providers:
        for model in provider.models:
            price = model.get_prices(AT)
            if price.input_mtok is not None and BOOK.tiers(provider.id, model.id, AT):
                found.append((provider.id, model.id))
    return [
        *random.Random(1).sample(found, 200),
        ("deepseek", "deepseek-reasoner"), ("deepseek", "deepseek-v4-pro"), ("perplexity", "sonar"), ("openai", "o3"),
        ("google", "gemini-2.5-pro"), ("anthropic", "claude-sonnet-4-5"),
    ]  # fmt: skip


MODELS = _priced_by_tokens()
TIMES = st.datetimes(datetime(2025, 5, 1), datetime(2027, 2, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
COUNT = st.one_of(st.integers(0, 3000), st.integers(0, 1_500_000), st.sampled_from([200_000, 200_001, 272_000]))


def nano_of(book, provider, model, at, counts, service=None):
    """What a request costs by the book's spans: the way the readers look prices up."""
    spans = book.spans(provider, model, at.date(), service=service)
    (tiers,) = [found for start, end, found in spans if start <= at < end]
    return priced([t for t in tiers if t.above == 0 or counts[0] > t.above][-1], counts)


@settings(max_examples=400, deadline=None)
@given(model=st.sampled_from(MODELS), at=TIMES, whole=COUNT, out=COUNT, cached=st.floats(0, 1), write=st.floats(0, 1))
def test_a_request_costs_what_genai_prices_says(model, at, whole, out, cached, write):
    """On any model, day, hour and size, the book's integer nano-dollars are the library's decimals, rounded once."""
    cached_tokens = int(whole * cached)
    counts = (whole, cached_tokens, int((whole - cached_tokens) * write), out)
    usage = Usage(input_tokens=whole, cache_read_tokens=counts[1], cache_write_tokens=counts[2], output_tokens=out)
    theirs = calc_price(usage, model[1], provider_id=model[0], genai_request_timestamp=at).total_price * NANO
    assert abs(nano_of(BOOK, *model, at, counts) - theirs) <= Decimal("0.51")


@pytest.mark.parametrize(("day", "dollars"), [(date(2025, 6, 9), 10), (date(2025, 6, 10), 2), (date(2026, 9, 1), 2)])
def test_a_dated_change_holds_from_its_day(day, dollars):
    """o3 fell by four fifths on 2025-06-10: the day before has the old price, and the entry says since when it held."""
    ((_, _, (tier,)),) = BOOK.spans("openai", "o3", day)
    assert tier.input == dollars * NANO
    assert ("since" in tier.entry) == (dollars == 2)


def test_the_longer_context_reprices_the_whole_request_by_its_own_input():
    """A thousand requests of 10,000 tokens are not one of ten million: the long-context price stays out of it."""
    one = nano_of(BOOK, "google", "gemini-2.5-pro", AT, (10_000, 0, 0, 1_000))
    assert 1.7 < nano_of(BOOK, "google", "gemini-2.5-pro", AT, (10_000_000, 0, 0, 1_000_000)) / (1000 * one) < 1.9


@pytest.mark.parametrize("model", ["house-model", "whisper-1", ""])
def test_what_has_no_token_price_is_unpriced(model):
    """A model that nobody knows, or that is not sold by the token, has no price: not one of 0."""
    assert BOOK.tiers("openai", model, AT) == ()
    assert BOOK.spans("openai", model, AT.date())[0][2] == ()


def test_a_service_tier_without_a_known_price_is_unpriced():
    """The library gives the standard price where it has none for the tier; the book does not."""
    assert BOOK.tiers("openai", "o3", AT, service="batch") == ()
    batch = nano_of(BOOK, "openai", "o3", datetime(2026, 10, 20, tzinfo=UTC), (1_000_000, 0, 0, 0), "batch")
    standard = nano_of(BOOK, "openai", "o3", datetime(2026, 10, 20, tzinfo=UTC), (1_000_000, 0, 0, 0), "standard")
    assert (batch, standard) == (NANO, 2 * NANO)


def test_a_contract_comes_before_the_list_while_it_holds():
    """Of contracts, the one for the provider counts before one for any, then the newest; outside them the list does."""
    book = PriceBook(
        [
            ContractPrice("o3", Decimal(1), Decimal(4), since=date(2026, 1, 1)),
            ContractPrice("o3", Decimal("0.5"), Decimal(2), since=date(2026, 6, 1), until=date(2026, 9, 1)),
            ContractPrice("o3", Decimal("0.1"), Decimal(1), provider="azure", since=date(2025, 1, 1)),
        ]
    )

    def dollars(day: date, provider: str = "openai") -> float:
        ((_, _, (tier,)),) = book.spans(provider, "o3", day)
        return tier.input / NANO

    days = [
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 5, 31),
        date(2026, 6, 1),
        date(2026, 8, 31),
        date(2026, 9, 1),
    ]
    assert [dollars(d) for d in days] == [2, 1, 1, 0.5, 0.5, 1]
    assert dollars(date(2026, 7, 1), "azure") == 0.1
    assert book.tiers("openai", "o3", AT)[0].entry == "contract o3 since 2026-01-01"


def test_spans_cover_the_day_once():
    """A day with a night price is cut where the price changes, to the minute, and nowhere else."""
    spans = BOOK.spans("deepseek", "deepseek-reasoner", date(2025, 8, 1))
    assert [start.strftime("%H:%M") for start, _, _ in spans] == ["00:00", "00:30", "16:30"]
    assert all(end == start for (_, end, _), (start, _, _) in pairwise(spans))
    assert spans[-1][1] - spans[0][0] == timedelta(days=1)


def test_half_a_nano_dollar_goes_to_the_even_one():
    """The rounding of a single request is half to even, so that many halves do not add up to a bias."""
    book = PriceBook([ContractPrice("m", Decimal("0.0005"), Decimal(0))])
    (tier,) = book.tiers(None, "m", AT)
    assert [priced(tier, (n, 0, 0, 0)) for n in (1, 2, 3, 5, 7)] == [0, 1, 2, 2, 4]
