"""How amounts, counts and times are written for a reader: in a Babel locale, a time zone and a currency.

Everything is reckoned in nano-dollars; a currency is a way to show them, by one rate that every message names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    NumberPattern,
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    parse_pattern,
)

from ledger.types import NANO

THOUSAND, FINE = 1_000, 10
"""From so many units on a sentence rounds to whole ones; below so many of its smallest coin it goes on two digits."""
RATE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Look:
    """Who reads it. `usd` is what one unit of `currency` costs in dollars, by the rate of `rate_day`."""

    language: str = "en_US"
    zone: tzinfo = field(default=UTC)
    currency: str = "USD"
    usd: Decimal = Decimal(1)
    rate_day: date | None = None

    @property
    def digits(self) -> int:
        """Decimals of the currency: 2 for EUR, 0 for JPY."""
        return int(get_currency_precision(self.currency))

    @property
    def currency_words(self) -> str:
        """The currency as an axis is labelled: US dollars, euros."""
        return "dollars" if self.currency == "USD" else get_currency_name(self.currency, 2, locale="en")

    @property
    def rate_words(self) -> str:
        """By which rate dollars are shown; empty where they are shown as they are."""
        if self.currency == "USD":
            return ""
        rate = format_decimal(_significant(1 / self.usd), "#,##0.######", self.language)
        return (
            f"at {rate} {self.currency} per USD of {self.rate_day:%Y-%m-%d}"
            if self.rate_day
            else f"at {rate} {self.currency} per USD"
        )

    def amount(self, nano: int) -> Fraction:
        """So many units of the currency, exactly."""
        return Fraction(nano, NANO) / Fraction(self.usd)

    def units(self, nano: int) -> int:
        """In the smallest coin, rounded."""
        scaled: Fraction = self.amount(nano) * 10**self.digits
        return round(scaled)

    def units_of_parts(self, parts: Sequence[int], total: int, digits: int | None = None) -> list[int]:
        """Parts in the smallest coin (or with so many digits), so that what is shown adds up to the shown total: those
        nearest to the next coin are rounded the other way (largest remainder)."""
        size = 10 ** (self.digits if digits is None else digits)
        exact = [self.amount(part) * size for part in parts]
        units = [e.numerator // e.denominator for e in exact]
        missing = round(self.amount(total) * size) - sum(units)
        order = sorted(range(len(parts)), key=lambda i: exact[i] - units[i], reverse=missing > 0)
        for i in order[: abs(missing)]:
            units[i] += 1 if missing > 0 else -1
        return units

    def written(self, units: int, digits: int | None = None) -> str:
        """An amount in units of its last digit as the locale writes it: $12,345.67, 12 345,67 €."""
        digits = self.digits if digits is None else digits
        number = Decimal(units).scaleb(-digits)
        shown = format_currency(
            number, self.currency, _money_pattern(self.language, digits), self.language, currency_digits=False
        )
        return _visible(shown)

    def money(self, nano: int) -> str:
        """An amount in a sentence, as fine as it needs: $12,937, $2.40 or -$0.0251."""
        size, digits = abs(self.amount(nano)), self.digits
        if size >= THOUSAND:
            digits = 0
        elif 0 < size < Fraction(FINE, 10**digits):
            digits += 2
        return self.written(_round(self.amount(nano), digits), digits)

    def count(self, value: float) -> str:
        """A count or unit figure such as 270,029 or 8.78."""
        return self.number(value, 0 if abs(value) >= 100 or value == int(value) else 2)

    def percent(self, value: float) -> str:
        """A share or change such as 58 % or 3.4 %, without sign."""
        size = abs(value)
        return f"{self.number(size, 0 if size >= 10 else 1)} %"

    def number(self, value: float, digits: int) -> str:
        """A number with so many decimals."""
        number = Decimal(f"{value:.{digits}f}")
        return str(format_decimal(number, _number_pattern(self.language, digits), self.language))

    def moment(self, at: datetime) -> str:
        """A time in a sentence, with its zone: Sat 20 Jun 02:30 UTC."""
        local = at.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b} {local:%H:%M} {self.zone_name(at)}"

    def zone_name(self, at: datetime) -> str:
        """The name of the zone at a time; UTC-03:00 where it has none."""
        local = at.astimezone(self.zone)
        name = local.tzname() or ""
        return name if name.isalpha() else f"UTC{local.isoformat()[-6:]}"

    @property
    def signs(self) -> tuple[str, ...]:
        """How the currency may be written beside a number, the longest first."""
        found = {self.currency, _visible(get_currency_symbol(self.currency, self.language))}
        return tuple(sorted(found, key=lambda s: (-len(s), s)))

    @property
    def separators(self) -> tuple[str, str]:
        """Between thousands, and before decimals."""
        symbols = Locale.parse(self.language).number_symbols["latn"]
        return symbols["group"], symbols["decimal"]

    @property
    def groups_of_two(self) -> bool:
        """True where thousands are followed by groups of two: 12,34,567."""
        return bool(Locale.parse(self.language).decimal_formats[None].grouping[1] == 2)


DOLLARS = Look()
"""The default: dollars as they are written in the United States, times in UTC."""


def _round(amount: Fraction, digits: int) -> int:
    """In units of the last digit, halves away from zero."""
    scaled: Fraction = abs(amount) * 10**digits + Fraction(1, 2)
    return (1 if amount >= 0 else -1) * (scaled.numerator // scaled.denominator)


def _visible(text: str) -> str:
    """Without marks of direction, which stand in no message."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _significant(value: Decimal) -> Decimal:
    return Decimal(f"{value:.{RATE_DIGITS}g}")


@lru_cache(maxsize=64)
def _money_pattern(language: str, digits: int) -> NumberPattern:
    return _with_digits(Locale.parse(language).currency_formats["standard"].pattern, digits)


@lru_cache(maxsize=64)
def _number_pattern(language: str, digits: int) -> NumberPattern:
    return _with_digits(Locale.parse(language).decimal_formats[None].pattern, digits)


def _with_digits(pattern: str, digits: int) -> NumberPattern:
    """A locale's own pattern with so many decimals."""
    return parse_pattern(re.sub(r"0(?:\.[0#]+)?(?![,0#])", "0" + ("." + "0" * digits if digits else ""), pattern))
