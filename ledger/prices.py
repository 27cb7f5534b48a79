"""The dated price book: list prices of genai-prices, which contract prices override.

Only single requests are priced: a long-context tier goes by one request's input, so an aggregate has no price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ledger.types import NANO

_CONTEXTS = {
    "batch": ({"processing": "batch"},),
    "flex": ({"service_tier": "flex"},),
    "priority": ({"service_tier": "priority"},),
    "fast": ({"speed": "fast"}, {"service_tier": "fast"}),
}
"""Service tiers that have a price of their own, in genai-prices' words. Any other tier costs the standard price."""


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Nano-dollars for a million tokens, for requests with more than `above` input tokens, and `each` nano-dollars for
    the request itself. `entry` names the source."""

    above: int
    input: int
    cached: int
    cache_write: int
    output: int
    entry: str
    each: int = 0


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


Span = tuple[datetime, datetime, tuple[UnitPrice, ...]]


class PriceBook:
    """Unit prices by provider, model, time and service tier; contract prices first, then the list."""

    def __init__(self, contracts: Iterable[ContractPrice] = ()) -> None:
        self._contracts = sorted(contracts, key=lambda c: (c.provider is not None, c.since), reverse=True)

    def tiers(
        self, provider: str | None, model: str, at: datetime, *, service: str | None = None
    ) -> tuple[UnitPrice, ...]:
        """The prices that hold at a time, by rising `above`; empty where nobody has one: unpriced, never 0.

        Of several contract prices that hold, one for the provider counts before one for any, then the newest."""
        for c in self._contracts:
            if c.model == model and c.provider in (None, provider) and c.since <= at.astimezone(UTC).date() < c.until:
                values = (c.input, c.cached, c.cache_write, c.output)
                return (_unit(0, *values, entry=f"contract {model} since {c.since}"),)
        return _listed(provider, model, at, service)

    def spans(self, provider: str | None, model: str, day: date, *, service: str | None = None) -> list[Span]:
        """The day (UTC) in spans of one price each: one, or more where the price goes by the time of day."""
        start = datetime.combine(day, time(), UTC)
        cuts = sorted({start} | {datetime.combine(day, t, UTC) for t in _times_of_day(provider, model)})
        ends = [*cuts[1:], start + timedelta(days=1)]
        return [(a, b, self.tiers(provider, model, a, service=service)) for a, b in zip(cuts, ends, strict=True)]


def priced(tier: UnitPrice, counts: tuple[int, int, int, int]) -> int:
    """Nano-dollars of one request: (input, cached, cache_write, output) tokens, the first holding the next two.
    Rounded half to even."""
    total_in, cached, write, out = counts
    total = (
        (total_in - cached - write) * tier.input + cached * tier.cached + write * tier.cache_write + out * tier.output
    )
    whole, rest = divmod(total, 1_000_000)
    return tier.each + whole + (rest > 500_000 or (rest == 500_000 and whole % 2 == 1))


def _listed(provider: str | None, model: str, at: datetime, service: str | None) -> tuple[UnitPrice, ...]:
    found = _found(provider, model)
    if found is None:
        return ()
    seller, info = found
    price, entry = info.get_prices(at), f"genai-prices {seller.id}/{info.id}{_since(info, at)}"
    contexts = _CONTEXTS.get((service or "").strip().lower(), ())
    if contexts:
        own = any(info is m for m in seller.models)
        context = next((c for c in contexts if own and _has_variant(info, at, c)), None)
        if context is None:  # the library would say the standard price, without a word
            return ()
        price, entry = info.get_prices(at, context), f"{entry}, {service}"
    if price.input_mtok is None:
        return ()
    parts = [getattr(price, f"{name}_mtok") for name in ("input", "cache_read", "cache_write", "output")]
    starts = sorted({0} | {t.start for p in (*parts, price.requests_kcount) for t in getattr(p, "tiers", ())})
    each = [_nano(_at(price.requests_kcount, s)) // 1000 for s in starts]
    return tuple(
        _unit(s, *(_at(p, s) for p in parts), entry=entry, each=e) for s, e in zip(starts, each, strict=True)
    )  # fmt: skip


def _found(provider: str | None, model: str) -> tuple[Any, Any] | None:
    """The provider and the model of the library's snapshot."""
    from genai_prices.data_snapshot import get_snapshot  # late: a quarter of a second

    try:
        return get_snapshot().find_provider_model(model, None, provider or None, None)
    except LookupError:
        return None


def _has_variant(info: Any, at: datetime, context: dict[str, str]) -> bool:
    return any(
        v.when.items() <= context.items() and (v.constraint is None or v.constraint.active(at))
        for v in info.price_variants or ()
    )


def _since(info: Any, at: datetime) -> str:
    """From when the price holds that holds at a time, where the library says so."""
    conditions = [p.constraint for p in info.prices] if isinstance(info.prices, list) else []
    held = next((c for c in reversed(conditions) if c is None or c.active(at)), None)
    start = getattr(held, "start_date", None)
    return f" since {start}" if start else ""


def _times_of_day(provider: str | None, model: str) -> set[time]:
    """When in a day (UTC) the list price of a model can change."""
    found = _found(provider, model)
    prices = found[1].prices if found else []
    limits = [p.constraint for p in prices] if isinstance(prices, list) else []
    times = [t for c in limits if hasattr(c, "start_time") for t in (c.start_time, c.end_time)]
    return {datetime.combine(date(2000, 1, 1), t, t.tzinfo or UTC).astimezone(UTC).time() for t in times}


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
    each: int = 0,
) -> UnitPrice:
    fallback = one_in or Decimal(0)
    return UnitPrice(
        above, _nano(one_in), _nano(fallback if cached is None else cached), _nano(fallback if write is None else write),
        _nano(out), entry, each,
    )  # fmt: skip


def _nano(dollars: Decimal | None) -> int:
    return round((dollars or Decimal(0)) * NANO)
