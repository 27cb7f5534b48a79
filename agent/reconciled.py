"""Two sources with the dollars of one account: how far each is from the one that is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from explainer import Look
from ledger import Difference
from notifiers.figures import money

MUCH = 0.05
"""A share of the truth beyond which a difference wants to be looked at."""


@dataclass(frozen=True)
class Reconciled:
    """What the truth and another source say of an account, on each day that the truth reaches."""

    days: Sequence[Difference]

    @property
    def truth_nano(self) -> int:
        """All days of the truth."""
        return sum(d.truth_nano for d in self.days)

    @property
    def other_nano(self) -> int:
        """All days of the other source."""
        return sum(d.other_nano for d in self.days)

    @property
    def about(self) -> str:
        """Which account."""
        return f"account {self.days[0].account}"

    @property
    def much(self) -> bool:
        """Whether they are further apart than tax, rounding and late rows explain."""
        return abs(self.other_nano - self.truth_nano) > MUCH * abs(self.truth_nano)

    def line(self, look: Look) -> str:
        """Both sums, the difference, and the day with most of it."""
        one, worst = self.days[0], max(self.days, key=lambda d: abs(d.other_nano - d.truth_nano))
        apart, most = self.other_nano - self.truth_nano, worst.other_nano - worst.truth_nano
        said = f"{one.truth} {money(self.truth_nano, look)}, {one.other} {money(self.other_nano, look)}"
        days = f"{len(self.days)} days" if len(self.days) > 1 else "1 day"
        return f"{said} over {days}: {money(apart, look)} apart, most on {worst.day:%Y-%m-%d} ({money(most, look)})"

    def as_json(self) -> dict[str, Any]:
        """As a JSON object, amounts in nano-dollars."""
        one = self.days[0]
        days = [{"day": f"{d.day:%Y-%m-%d}", "truth_nano": d.truth_nano, "other_nano": d.other_nano} for d in self.days]
        return {"account": one.account, "truth": one.truth, "other": one.other, "days": days}


def reconciled(differences: Iterable[Difference]) -> list[Reconciled]:
    """The differences by account and source."""
    return [Reconciled(list(days)) for _, days in groupby(differences, key=lambda d: (d.account, d.other))]
