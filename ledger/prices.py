"""The dated price book: list prices of genai-prices, which contract prices override.

Only single requests are priced: a long-context tier goes by one request's input, so an aggregate has no price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ledger.types import NANO

_PROBES = (time(0, 30), time(8, 30), time(16, 30), time(23, 30))


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Nano-dollars for a million tokens, for requests with more than `above` input tokens. `entry` names the source."""

    above: int
    input: int
    cached: int
    cache_write: int
    output: int
    entry: str


@dataclass(frozen=True, slots=True)
class ContractPrice:
    """A price of the user's own, in dollars a million tokens; without a price of their own, cached and cache-write
    tokens cost what input costs. `provider` None fits any; `until` is exclusive."""

    model: str
    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    provider: str | None = None
    since: date = date.min
    until: date = date.max


class PriceBook:
    """Unit prices by provider, model and time; contract prices first, then the list."""

    def __init__(self, contracts: Iterable[ContractPrice] = ()) -> None:
        self._contracts = tuple(contracts)

    def tiers(self, provider: str | None, model: str, at: datetime) -> tuple[UnitPrice, ...]:
        """The prices that hold at a time, by rising `above`; empty where the model is not known: unpriced, never 0."""
        for c in self._contracts:
            if c.model == model and c.provider in (None, provider) and c.since <= at.date() < c.until:
                values = (c.input, c.cached, c.cache_write, c.output)
                return (_unit(0, *values, entry=f"contract {model} since {c.since}"),)
        return _listed(provider, model, at)

    def spans(
        self, provider: str | None, model: str, day: date
    ) -> list[tuple[datetime, datetime, tuple[UnitPrice, ...]]]:
        """The day in spans of one price each: nearly always one, by the hour where the price goes by the hour."""
        start = datetime.combine(day, time(), UTC)
        probes = {self.tiers(provider, model, datetime.combine(day, t, UTC)) for t in _PROBES}
        if len(probes) == 1:
            return [(start, start + timedelta(days=1), probes.pop())]
        hours = [start + timedelta(hours=h) for h in range(24)]
        return [(h, h + timedelta(hours=1), self.tiers(provider, model, h + timedelta(minutes=30))) for h in hours]


def priced(tier: UnitPrice, counts: tuple[int, int, int, int]) -> int:
    """Nano-dollars of one request: (input, cached, cache_write, output) tokens, the first holding the next two.
    Rounded half to even."""
    total_in, cached, write, out = counts
    total = (
        (total_in - cached - write) * tier.input + cached * tier.cached + write * tier.cache_write + out * tier.output
    )
    whole, rest = divmod(total, 1_000_000)
    return whole + (rest > 500_000 or (rest == 500_000 and whole % 2 == 1))


def _listed(provider: str | None, model: str, at: datetime) -> tuple[UnitPrice, ...]:
    from genai_prices import Usage, calc_price  # late: most of a second

    try:
        found = calc_price(Usage(), model, provider_id=provider, genai_request_timestamp=at)
    except LookupError:
        return ()
    price: Any = found.model_price
    names = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")
    parts = [getattr(price, name) for name in names]
    starts = sorted({0} | {t.start for p in parts for t in getattr(p, "tiers", ())})
    entry = f"genai-prices {found.provider.id}/{found.model.id}"
    if parts[0] is None and parts[3] is None:
        return ()
    return tuple(_unit(start, *(_at(p, start) for p in parts), entry=entry) for start in starts)


def _at(price: Any, start: int) -> Decimal | None:
    """The price of requests with more input than `start`, of a flat or a tiered price."""
    if price is None or isinstance(price, Decimal):
        return price
    held: Decimal = price.base
    for tier in price.tiers:
        if tier.start <= start and start:
            held = tier.price
    return held


def _unit(
    above: int,
    one_in: Decimal | None,
    cached: Decimal | None,
    write: Decimal | None,
    out: Decimal | None,
    *,
    entry: str,
) -> UnitPrice:
    fallback = one_in or Decimal(0)
    return UnitPrice(
        above, _nano(one_in), _nano(fallback if cached is None else cached), _nano(fallback if write is None else write), _nano(out), entry
    )  # fmt: skip


def _nano(dollars: Decimal | None) -> int:
    return round((dollars or Decimal(0)) * NANO)
