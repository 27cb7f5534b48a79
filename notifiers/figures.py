"""Money, shares, times and scopes as people read them, in their language and zone."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime, format_skeleton
from babel.numbers import format_percent

from explainer.look import Look
from ledger.types import Scope


def money(nano: int, look: Look) -> str:
    """$12,345.67, or 12 345,67 €; the sign is a true minus."""
    return coins(look.units(nano), look)


def coins(units: int, look: Look) -> str:
    """An amount in the currency's smallest coin, as `Look.units` and `Look.units_of_parts` give it."""
    return look.written(units).replace("-", "−")


def unit_money(nano: int, look: Look) -> str:
    """What one of something costs: with two decimals more where it is below one of the currency."""
    if abs(look.amount(nano)) >= 1:
        return money(nano, look)
    digits = look.digits + 2
    return look.written(round(look.amount(nano) * 10**digits), digits).replace("-", "−")


def more_or_less(nano: int, look: Look) -> str:
    """$12.00 more, or $3.40 less."""
    return f"{money(abs(nano), look)} {'more' if nano >= 0 else 'less'}"


def change_percent(delta: int, base: int, look: Look) -> str:
    """+12%, −30%, or "new" where there was nothing; above 1,000 % as a factor."""
    if base <= 0:
        return "new"
    share = delta / base
    if share >= 10:
        return f"×{share + 1:.0f}"
    sign = "" if abs(share) < 0.005 else "+" if share > 0 else "−"
    return f"{sign}{format_percent(abs(share), locale=look.language)}"


def moment(at: datetime, look: Look) -> str:
    """Nov 23, 2026, 14:00 UTC: with the zone, in the reader's words."""
    local = at.astimezone(look.zone)
    day = format_skeleton("yMMMd", local, locale=look.language)
    return f"{day}, {format_datetime(local, 'HH:mm', locale=look.language)} {look.zone_name(at)}"


def day(at: datetime, look: Look) -> str:
    """Nov 23."""
    return str(format_skeleton("MMMd", at.astimezone(look.zone), locale=look.language))


def short_place(scope: Scope) -> str:
    """A scope for a narrow column: search-api (search), where there is a feature."""
    values = dict(scope)
    feature, team = values.get("feature"), values.get("team")
    if not feature:
        return place(scope)
    return f"{feature} ({team})" if team else feature


def place(scope: Scope) -> str:
    """A scope in words: team search, feature search-api; everything for the empty one."""
    return ", ".join(f"{d} {'(untagged)' if v is None else v}" for d, v in scope) or "everything"
