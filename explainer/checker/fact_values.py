"""The facts by name, and the amounts that most narratives are about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from explainer.checker.concepts import concept_of
from explainer.types import Fact


class FactValues:
    """The facts by name: their numbers and strings, the cost it is compared with, the difference, and its parts."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.by_name: dict[str, list[Fact]] = {}
        for fact in facts:
            self.by_name.setdefault(fact.name, []).append(fact)

    def number(self, name: str) -> float | None:
        """The value of the fact of this name, None where there is none."""
        for fact in self.by_name.get(name, ()):
            if isinstance(fact.value, int | float) and not isinstance(fact.value, bool):
                return float(fact.value)
        return None

    def hours(self, name: str) -> list[float]:
        """The hours of the spans that the facts of this name have."""
        units = {"hours": 1.0, "days": 24.0}
        found = [(f.value, units.get(f.unit or "", 0.0)) for f in self.by_name.get(name, ())]
        return [float(value) * unit for value, unit in found if unit and isinstance(value, int | float)]

    def text(self, name: str) -> str | None:
        """The string of the fact of this name."""
        found = self.by_name.get(name)
        return str(found[0].value) if found else None

    @property
    def base(self) -> float | None:
        """The cost it is compared with."""
        return first_of(self.number("cost_expected"), self.number("cost_before"))

    @property
    def excess(self) -> float | None:
        """The difference, signed."""
        named = first_of(self.number("excess"), self.number("difference"))
        actual, base = self.number("cost_actual"), self.base
        return named if named is not None or actual is None or base is None else actual - base

    @property
    def drivers(self) -> dict[str, float]:
        """Dollars by driver."""
        names = [n for n in self.by_name if n.startswith("driver_") and not n.endswith("_share")]
        return {n.removeprefix("driver_"): v for n in names if (v := self.number(n)) is not None}

    @cached_property
    def by_driver(self) -> dict[str, float]:
        """Dollars by what drives: `volume`, `input`, `price`."""
        return {concept_of(f"driver_{n}"): v for n, v in self.drivers.items()}

    @cached_property
    def coinciding(self) -> frozenset[str]:
        """The names, in lower case, of releases and events that only coincide."""
        return frozenset(str(f.value).lower() for f in self.facts if f.kind == "coincidence")

    @property
    def is_everywhere(self) -> bool:
        """True where the facts spread the difference over everything."""
        return self.text("scope") == "everywhere"

    @property
    def parts(self) -> dict[str, float]:
        """Dollars by element, for the facts that name one after a colon."""
        return {n: v for n in self.by_name if ":" in n and (v := self.number(n)) is not None}


def first_of(*values: float | None) -> float | None:
    return next((v for v in values if v is not None), None)
