"""Money, shares, times and scopes as people read them, in their language and zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_currency, format_percent

from ledger.types import NANO, Scope

CENT = NANO // 100


@dataclass(frozen=True, slots=True)
class Look:
    """Who reads it: a Babel locale and a time zone."""

    language: str = "en_US"
    zone: tzinfo = field(default=UTC)


def usd(nano: int, look: Look) -> str:
    """$12,345.67, or 12 345,67 $US; the sign is a true minus."""
    return format_currency(Decimal(nano) / NANO, "USD", locale=look.language).replace("-", "−")


def in_cents(parts: Sequence[int], total: int) -> list[int]:
    """Nano-dollars rounded to whole cents, so that what is shown adds up to the shown total: those nearest to the next
    cent are rounded the other way (largest remainder)."""
    cents = [part // CENT for part in parts]
    missing = round(Decimal(total) / CENT) - sum(cents)
    order = sorted(range(len(parts)), key=lambda i: parts[i] % CENT, reverse=missing > 0)
    for i in order[: abs(missing)]:
        cents[i] += 1 if missing > 0 else -1
    return [c * CENT for c in cents]


def unit_usd(nano: int, look: Look) -> str:
    """What one of something costs: with four decimals where it is below a dollar."""
    if abs(nano) >= NANO:
        return usd(nano, look)
    return format_currency(Decimal(nano) / NANO, "USD", "¤#,##0.0000", locale=look.language, currency_digits=False)


def more_or_less(nano: int, look: Look) -> str:
    """$12.00 more, or $3.40 less."""
    return f"{usd(abs(nano), look)} {'more' if nano >= 0 else 'less'}"


def change_percent(delta: int, base: int, look: Look) -> str:
    """+12%, −30%, or "new" where there was nothing; above 1,000 % as a factor."""
    if base <= 0:
        return "new"
    share = delta / base
    if share >= 10:
        return f"×{share + 1:.0f}"
    return f"{'+' if share >= 0 else '−'}{format_percent(abs(share), locale=look.language)}"


def moment(at: datetime, look: Look) -> str:
    """Nov 23, 2026, 14:00 UTC: with the zone, in the reader's words."""
    local = at.astimezone(look.zone)
    day = format_skeleton("yMMMd", local, locale=look.language)
    return f"{day}, {format_datetime(local, 'HH:mm', locale=look.language)} {local.tzname()}"


def day(at: datetime, look: Look) -> str:
    """Nov 23."""
    return str(format_skeleton("MMMd", at.astimezone(look.zone), locale=look.language))


def place(scope: Scope) -> str:
    """A scope in words: team search, feature search-api; everything for the empty one."""
    return ", ".join(f"{d} {'(untagged)' if v is None else v}" for d, v in scope) or "everything"
