"""The values that words may show: those of the facts, and what follows exactly from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from explainer.checker.concepts import COST, concept_of, concepts_in
from explainer.look import DOLLARS, Look
from explainer.types import Fact

Value = float
_UNIT = {"usd": "usd", "percent": "percent", "ratio": "ratio"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what it is about, the roles it can play (before, after, excess, part, change, ...), and for a share
    what it is a share of. `noun` is what is counted; `per` what it is told per; `name` that of its fact, where it is the value of one."""

    value: float
    unit: str
    concept: str
    roles: frozenset[str]
    of: str = ""
    noun: str = ""
    per: str = ""
    name: str = ""
    also: frozenset[str] = field(default_factory=frozenset)
    """Further things it is about: the names and nouns of its fact."""


class Known:
    """The facts by name, and the quantities."""

    def __init__(self, facts: Sequence[Fact], look: Look = DOLLARS) -> None:
        self.facts, self.look = facts, look
        self.by_name: dict[str, list[Fact]] = {}
        for fact in facts:
            self.by_name.setdefault(fact.name, []).append(fact)
        self.plain_texts = _without_names(facts)
        self.fact_words = _fact_words(facts)
        self.names = _names(facts)
        self.texts = " ".join(f.text for f in facts if f.name not in UNTRUSTED).lower()
        self.spoken_causes = frozenset(c for f in facts if f.kind == "cause" for _, _, c in concepts_in(f.text.lower()))
        """What the facts' causes speak of."""
        self.direct = list(self._direct())
        """The values of the facts themselves."""
        self.quantities = [
            *self.direct,
            *self._pairs(),
            *self._used(),
            *self._money(),
            *self._shares(),
            *self._counts(),
            *self._told(),
        ]

    @property
    def left_out(self) -> frozenset[str]:
        """What a rest may be told without: `without:volume`."""
        return frozenset(a for q in self.quantities if q.concept == "rest" for a in q.also if a.startswith("without:"))

    def number(self, name: str) -> float | None:
        """The value of the fact of this name, None where there is none."""
        for fact in self.by_name.get(name, ()):
            if isinstance(fact.value, int | float) and not isinstance(fact.value, bool):
                return float(fact.value)
        return None

    def text(self, name: str) -> str | None:
        """The string of the fact of this name."""
        found = self.by_name.get(name)
        return str(found[0].value) if found else None

    @property
    def base(self) -> float | None:
        """The cost it is compared with."""
        return _first(self.number("cost_expected"), self.number("cost_before"))

    @property
    def excess(self) -> float | None:
        """The difference, signed."""
        named = _first(self.number("excess"), self.number("difference"))
        actual, base = self.number("cost_actual"), self.base
        return named if named is not None or actual is None or base is None else actual - base

    @property
    def drivers(self) -> dict[str, float]:
        """Dollars by driver."""
        names = [n for n in self.by_name if n.startswith("driver_") and not n.endswith("_share")]
        return {n.removeprefix("driver_"): v for n in names if (v := self.number(n)) is not None}

    @property
    def parts(self) -> dict[str, float]:
        """Dollars by element, for the facts that name one after a colon."""
        return {n: v for n in self.by_name if ":" in n and (v := self.number(n)) is not None}

    def _direct(self) -> Iterable[Quantity]:
        for fact in self.facts:
            if isinstance(fact.value, str | tuple | list | bool) or fact.unit in ("hours", "days"):
                continue
            value, name, unit = float(fact.value), fact.name, _UNIT.get(fact.unit or "", "count")
            roles = _roles(name)
            told = _A_SPAN.search(fact.text) if unit in ("usd", "percent") else None
            per = "week" if "per_week" in name else told[1] if told else _per(fact)
            of = _of(fact) if unit == "percent" else ""
            if unit == "percent" and "change" in roles:
                of = "expected" if concept_of(name) == COST else "before"
            also = frozenset(_also(fact))
            noun = fact.unit or "" if unit == "count" else ""
            yield Quantity(value, unit, concept_of(name), roles, of, noun, per, name, also)

    def _pairs(self) -> Iterable[Quantity]:
        """What follows from a unit before and after: change, ratio and difference."""
        for name in self.by_name:
            if not name.endswith("_before") or name == "cost_before":
                continue
            stem = name.removesuffix("_before")
            before, after = self.number(name), self.number(f"{stem}_after")
            if before is None or after is None:
                continue
            fact = self.by_name[name][0]
            unit, concept, also = _UNIT.get(fact.unit or "", "count"), concept_of(name), frozenset(_also(fact))
            diff = "points" if unit == "percent" else unit
            generic = {"any"} if concept == COST and not name.startswith(("cost", "excess")) else set()
            change, noun = frozenset({"change", "excess", *generic}), (fact.unit or "" if unit == "count" else "")
            yield Quantity(after - before, diff, concept, change, "", noun, "", stem, also)
            if before > 0:
                yield Quantity(100 * (after / before - 1), "percent", concept, change, "before", "", "", stem, also)
                yield Quantity(after / before, "ratio", concept, frozenset({"ratio"}), also=also)
                yield Quantity(100 * after / before, "percent", concept, frozenset({"ratio"}), "before", also=also)
            if after > 0 and before > 0:
                yield Quantity(before / after, "ratio", concept, frozenset({"ratio", "inverse"}), also=also)

    def _used(self) -> Iterable[Quantity]:
        """What follows from a part and a total that the facts name alike: its share, and what is not in it."""
        for name in self.by_name:
            stem, _, kind = name.rpartition("_")
            part, total = self.number(name), _first(self.number(f"{stem}_total"), self.number(stem))
            fact = self.by_name[name][0]
            if part is None or not total or kind == "total" or fact.unit == "percent":
                continue
            also, roles, concept = frozenset(_also(fact)), frozenset({"any"}), concept_of(name)
            other = {"left": "used", "used": "left"}.get(kind, "not")
            unit = _UNIT.get(fact.unit or "", "count")
            noun = stem.rpartition("_")[2] if unit == "count" else ""
            yield Quantity(total - part, unit, concept, roles, noun=noun, name=f"{stem}_{other}", also=also)
            for value, told in ((part, kind), (total - part, other)):
                share = 100 * value / total
                yield Quantity(share, "percent", concept, roles, name=f"{stem}_{told}", also=also)

    def _money(self) -> Iterable[Quantity]:
        """What follows from the amounts: the other two of actual, base and excess, drivers together, rest, rates."""
        actual, base, excess = self.number("cost_actual"), self.base, self.excess
        if actual is not None and excess is not None and base is None:
            base = actual - excess
            yield Quantity(base, "usd", COST, frozenset({"before"}))
        if excess is not None:
            yield Quantity(excess, "usd", COST, frozenset({"excess", "total"}))
        if actual is not None and base:
            yield Quantity(100 * (actual / base - 1), "percent", COST, frozenset({"change", "excess"}), "expected")
            yield Quantity(actual / base, "ratio", COST, frozenset({"ratio"}), "expected")
            yield Quantity(100 * actual / base, "percent", COST, frozenset({"ratio"}), "expected")
            if actual > 0:
                part = frozenset({"share", "explicit"})
                yield Quantity(100 * (actual - base) / actual, "percent", COST, part, "cost")
                yield Quantity(base / actual, "ratio", COST, frozenset({"ratio", "inverse"}), "expected")
        yield from self._sums(excess)
        yield from self._rates(actual, excess)
        forecast, budget = self.number("month_end_forecast"), self.number("budget")
        if forecast is not None and budget:
            both = frozenset({"budget", "forecast"})
            yield Quantity(forecast - budget, "usd", "budget", frozenset({"excess", "change"}), also=both)
            yield Quantity(
                100 * forecast / budget, "percent", "budget", frozenset({"ratio", "share"}), "budget", also=both
            )
            yield Quantity(
                100 * (forecast / budget - 1), "percent", "budget", frozenset({"change", "excess"}), "budget", also=both
            )
            yield Quantity(forecast / budget, "ratio", "budget", frozenset({"ratio"}), "budget", also=both)

    def _sums(self, excess: float | None) -> Iterable[Quantity]:
        for amounts, kind in ((self.drivers, "driver"), (self.parts, "part")):
            concepts = {n: concept_of(n if kind == "part" else f"driver_{n}") for n in amounts}
            for size in range(2, min(len(amounts), 5) + 1):
                for some in combinations(amounts, size):
                    total = sum(amounts[n] for n in some)
                    also = frozenset(concepts[n] for n in some)
                    yield Quantity(total, "usd", "sum", frozenset({"total", "sum"}), also=also)
                    if excess:
                        yield Quantity(
                            100 * total / excess, "percent", "sum", frozenset({"share", "sum"}), "excess", also=also
                        )
            for name, value in amounts.items():
                if excess:
                    yield Quantity(
                        100 * value / excess,
                        "percent",
                        concepts[name],
                        frozenset({"share"}),
                        "excess",
                        also=frozenset({concepts[name]}),
                    )
                    without = frozenset({f"without:{concepts[name]}"})
                    yield Quantity(excess - value, "usd", "rest", frozenset({"rest"}), also=without)
                    if (actual := self.number("cost_actual")) is not None:
                        yield Quantity(actual - value, "usd", "rest", frozenset({"rest", "after"}), also=without)
                    left, roles = 100 - 100 * value / excess, frozenset({"rest", "share"})
                    yield Quantity(left, "percent", "rest", roles, "excess", also=without)
                    if excess != value and value / (excess - value) > 0:
                        yield Quantity(
                            value / (excess - value),
                            "ratio",
                            concepts[name],
                            frozenset({"ratio", "versus"}),
                            also=frozenset({"rest"}),
                        )
                for other, against in amounts.items():
                    if other != name:
                        both = frozenset({concepts[other]})
                        yield Quantity(value - against, "usd", concepts[name], frozenset({"versus", "lead"}), also=both)
                    if other != name and against and value / against > 0:
                        yield Quantity(
                            value / against,
                            "ratio",
                            concepts[name],
                            frozenset({"ratio", "versus"}),
                            also=frozenset({concepts[other]}),
                        )

    def _rates(self, actual: float | None, excess: float | None) -> Iterable[Quantity]:
        hours = self.number("duration_hours") or _lasted(self.facts)
        if hours:
            for value, role in ((actual, "after"), (excess, "excess"), (self.base, "before")):
                if value is not None:
                    yield Quantity(value / hours, "usd", COST, frozenset({role, "rate"}), per="hour")
                    yield Quantity(24 * value / hours, "usd", COST, frozenset({role, "rate"}), per="day")

    def _shares(self) -> Iterable[Quantity]:
        """Amounts that are parts of the whole cost, and what is left of a share."""
        actual = self.number("cost_actual")
        for name in self.by_name:
            value = self.number(name)
            fact = self.by_name[name][0]
            if (
                name.startswith("cost_")
                and actual
                and value
                and name not in ("cost_actual", "cost_expected", "cost_before", "cost_ratio")
                and fact.unit == "usd"
                and "outcome" not in name
            ):
                yield Quantity(
                    100 * value / actual,
                    "percent",
                    concept_of(name),
                    frozenset({"share"}),
                    "cost",
                    also=frozenset(_also(fact)),
                )
                without = frozenset({f"without:{concept_of(name)}"})
                yield Quantity(actual - value, "usd", "rest", frozenset({"rest"}), also=without)
            if (
                value is not None
                and fact.unit == "percent"
                and ("share" in name or fact.kind == "share")
                and name != "confidence"
            ):
                yield Quantity(
                    100 - value,
                    "percent",
                    "rest",
                    frozenset({"rest", "share", *_roles(name)}),
                    _of(fact),
                    also=frozenset([*_also(fact), f"without:{concept_of(name)}"]),
                )

    def _counts(self) -> Iterable[Quantity]:
        for fact in self.facts:
            if isinstance(fact.value, tuple | list):
                yield Quantity(
                    len(fact.value),
                    "count",
                    fact.name.rstrip("s"),
                    frozenset({"count"}),
                    noun=fact.name,
                    also=frozenset({fact.name}),
                )
        yield Quantity(len(self.drivers), "count", "driver", frozenset({"count"}), noun="drivers")
        yield Quantity(len(self.drivers) - 1, "count", "driver", frozenset({"count", "rest"}), noun="drivers")
        for told, signed in (("raised", 1), ("lowered", -1)):
            moved = sum(signed * v > 0 for v in self.drivers.values())
            yield Quantity(moved, "count", "driver", frozenset({"count", told}), noun="drivers")
        families = [n.partition(":")[0].rpartition("_")[2] for n in self.parts]
        for family in set(families):
            yield Quantity(families.count(family), "count", family, frozenset({"count"}), noun=f"{family}s")
            yield Quantity(families.count(family) - 1, "count", family, frozenset({"count", "rest"}), noun=f"{family}s")

    def _told(self) -> Iterable[Quantity]:
        """Numbers that stand in a fact's sentence beside its value: `43 of 72 customers`, and what follows from two of them."""
        for fact in self.facts:
            if fact.kind not in ("amount", "share", "rate", "state") or fact.name in UNTRUSTED:
                continue
            also = frozenset(_also(fact))
            if (of := _SOME_OF.search(fact.text)) and (whole := float(of["all"].replace(",", ""))):
                some, noun = float(of["some"].replace(",", "")), of["noun"]
                for value in (some, whole, whole - some):
                    yield Quantity(
                        value, "count", noun.rstrip("s"), frozenset({"any", "count", "told"}), noun=noun, also=also
                    )
                for value in (some, whole - some):
                    share = frozenset({"share", "any", "told"})
                    yield Quantity(100 * value / whole, "percent", noun.rstrip("s"), share, noun=noun, also=also)
            for number in _MILLIONS.findall(fact.text.lower()):
                value = {"thousand": 1e3, "million": 1e6, "billion": 1e9}[number]
                yield Quantity(
                    value, "count", concept_of(fact.name), frozenset({"any", "told"}), noun="tokens", also=also
                )


_SOME_OF = re.compile(r"\b(?P<some>\d[\d,]*) of (?:the |all )?(?P<all>\d[\d,]*) (?P<noun>[a-z]+)")
_A_SPAN = re.compile(r"\b(?:an?|per|each|every) (hour|day|week|month|year)\b(?!')")
_MILLIONS = re.compile(r"\b(?:a|one|1) (thousand|million|billion) (?:input |output )?tokens")
UNTRUSTED = {"release_title", "event_title", "title", "note", "comment", "message"}
"""Facts whose string somebody typed: it may be quoted, but backs nothing."""


def _fact_words(facts: Sequence[Fact]) -> frozenset[str]:
    """The words of the facts' names, and of the names of events and causes, of which a part may stand for the whole."""
    words = {word for f in facts for word in f.name.partition(":")[0].split("_")}
    spoken = [str(f.value) for f in facts if f.name in ("event", "cause", "workflow") and isinstance(f.value, str)]
    return frozenset(
        words
        | {
            word
            for value in spoken
            for word in re.findall(r"[a-z][a-z0-9-]{2,}|[a-z]{3,}", f"{value} {value.replace('-', ' ')}".lower())
        }
    )


def _names(facts: Sequence[Fact]) -> list[str]:
    """The names of the facts in lower case, and the elements in facts' own names."""
    names = {f.name.partition(":")[2].lower() for f in facts}
    for fact in facts:
        for value in fact.value if isinstance(fact.value, tuple | list) else (fact.value,):
            if isinstance(value, str) and fact.kind in ("name", "coincidence") and fact.name not in UNTRUSTED:
                names.add(value.lower())
    return sorted(names - {""})


def _without_names(facts: Sequence[Fact]) -> str:
    """The facts' sentences without the names in them, so that a word of a name backs no other use of it."""
    text = " ".join(f.text for f in facts if f.name not in UNTRUSTED)
    for fact in facts:
        for value in fact.value if isinstance(fact.value, tuple | list) else (fact.value,):
            if isinstance(value, str) and fact.kind in ("name", "coincidence") and len(value) > 2:
                text = text.replace(value, " ")
    return text.lower()


def _lasted(facts: Sequence[Fact]) -> float | None:
    """Hours from the start to the end, or to now, by the facts' times."""
    times = {f.name: f.value for f in facts if f.kind == "time" and isinstance(f.value, str)}
    start, end = times.get("started_at"), times.get("ended_at") or times.get("now")
    if not start or not end:
        return None
    try:
        hours = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
    except (TypeError, ValueError):
        return None
    return hours if hours > 0 else None


def _first(*values: float | None) -> float | None:
    return next((v for v in values if v is not None), None)


def _roles(name: str) -> frozenset[str]:
    fixed = {
        "cost_actual": {"after", "total"},
        "cost_expected": {"before"},
        "cost_before": {"before"},
        "excess": {"excess", "total"},
        "difference": {"excess", "total"},
        "excess_percent": {"change", "excess"},
        "difference_percent": {"change", "excess"},
        "cost_ratio": {"ratio"},
        "month_end_forecast": {"forecast", "after"},
        "budget": {"budget", "before", "total"},
        "pool_cost": {"total", "after"},
    }
    if name in fixed:
        return frozenset(fixed[name])
    if name.endswith(("_before", "_from")):
        return frozenset({"before"})
    if name.endswith(("_after", "_to")):
        return frozenset({"after"})
    if name.endswith("_change"):
        return frozenset({"change", "excess"})
    if name.startswith("driver_") or ":" in name:
        return frozenset({"part", "excess", "share"})
    return frozenset({"any", "after", "excess"})


def _per(fact: Fact) -> str:
    if fact.unit == "tokens_per_request":
        return "request"
    return "run" if fact.unit == "requests_per_run" else ""


def _of(fact: Fact) -> str:
    text = fact.text.lower()
    for words, of in (
        (r"of the (?:excess|difference)", "excess"),
        (r"% of requests", "requests"),
        (r"of pool|of the pool", "pool"),
        (r"of the (?:month's )?budget", "budget"),
        (r"cost", "cost"),
    ):
        if re.search(words, text) and fact.kind == "share":
            return of
    return ""


_COMMON = {
    "cost", "share", "before", "after", "total", "number", "of", "by", "in", "to", "from", "actual", "expected", "excess",
    "active", "count", "the", "a", "per", "driver", "percent", "amount", "so", "far", "incident", "provider",
}  # fmt: skip
_ALIKE = {"last": "previ", "earlier": "previ", "prior": "previ", "call": "reques", "people": "user", "person": "user"}


def _stem(word: str) -> str:
    stem = word.removesuffix("'s").removesuffix("s")
    return _ALIKE.get(stem, stem.removesuffix("ed").removesuffix("e")[:5])


def own_words(name: str) -> set[str]:
    """The stems of the words by which the fact of this name is told from others."""
    return {_stem(w) for w in re.split(r"[_:]", name) if w not in _COMMON}


def named_in(name: str, words: Iterable[str]) -> bool:
    """True where all of the words of a fact's name that tell it from others are among these."""
    own = own_words(name)
    told = {_stem(w) for w in words}
    return bool(own) and (own <= told or (name.endswith("to_date") and bool(_SO_FAR & told)))


_SO_FAR = {"far", "already", "spent", "us", "used"}


def says_own(name: str, word: str) -> bool:
    """True for one of the words that tell the fact of this name from others."""
    return _stem(word) in own_words(name)


_NAMED = re.compile(r"[a-z0-9][\w.]*(?:-[\w.]+)+|[a-z]+\d[\w.-]*|\d[\w.]*[a-z][\w.-]*")
_PLAIN = {"the", "was", "now", "before", "one", "cost", "costs", "each", "and", "its", "had", "has", "all", "share"}


def _also(fact: Fact) -> Iterable[str]:
    """Names and nouns of the fact's sentence, by which a generic fact is known."""
    text = fact.text.lower()
    yield from _NAMED.findall(text)
    for word in re.findall(r"[a-z]{3,}", text):
        if word not in _PLAIN:
            yield word
