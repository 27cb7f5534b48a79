"""Dated exchange rates: another currency needs a rate that holds on the day, and both amounts are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ledger.types import LedgerError


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars for one unit of `currency`, from a day until the next rate of that currency begins."""

    currency: str
    since: date
    usd: Decimal


class Rates:
    """Looks rates up by day. Raises LedgerError where two rates of a currency begin on one day and differ."""

    def __init__(self, rates: Iterable[Rate] = ()) -> None:
        self._rates = sorted(rates, key=lambda r: (r.currency.upper(), r.since))
        for one, other in pairwise(self._rates):
            same = one.currency.upper() == other.currency.upper() and one.since == other.since
            if same and one.usd != other.usd:
                raise LedgerError(
                    f"two rates for {one.currency} since {one.since}: {one.usd} and {other.usd}; take one out of [currency]"
                )

    def usd(self, currency: str, day: date) -> Decimal:
        """Dollars for one unit on a day; 1 for USD. Raises LedgerError where no rate holds."""
        if currency.upper() == "USD":
            return Decimal(1)
        held = [r for r in self._rates if r.currency.upper() == currency.upper() and r.since <= day]
        if not held:
            raise LedgerError(
                f"no rate for {currency} on {day}; add one to [currency] rates, such as "
                f'{{ currency = "{currency}", since = {day}, usd = 1.08 }}'
            )
        return held[-1].usd
