"""The values that words may show: those of the facts, and what follows exactly from them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from explainer.checker.concepts import concepts_in
from explainer.checker.derived import counts, direct, money, pairs, shares, told
from explainer.checker.fact_values import FactValues
from explainer.checker.fact_words import UNTRUSTED, names_of, texts_without_names, words_in, words_of
from explainer.checker.wholes import drawn, to_come, used
from explainer.look import DOLLARS, Look
from explainer.types import Fact


class Known(FactValues):
    """The facts by name, and the quantities."""

    def __init__(self, facts: Sequence[Fact], look: Look = DOLLARS) -> None:
        super().__init__(facts)
        self.look = look
        self.plain_texts = texts_without_names(facts)
        self.fact_words = words_of(facts)
        self.names = names_of(facts)
        self.texts = " ".join(f.text for f in facts if f.name not in UNTRUSTED).lower()
        self.text_words, self.plain_words = words_in(self.texts), words_in(self.plain_texts)
        self.spoken_causes = frozenset(c for f in facts if f.kind == "cause" for _, _, c in concepts_in(f.text.lower()))
        """What the facts' causes speak of."""
        self.direct = list(direct(self))
        """The values of the facts themselves."""
        self.quantities = [
            *self.direct,
            *pairs(self),
            *used(self),
            *drawn(self),
            *to_come(self),
            *money(self),
            *shares(self),
            *counts(self),
            *told(self),
        ]

    @cached_property
    def left_out(self) -> frozenset[str]:
        """What a rest may be told without: `without:volume`."""
        return frozenset(a for q in self.quantities if q.concept == "rest" for a in q.also if a.startswith("without:"))

    @cached_property
    def kinds(self) -> dict[str, set[str]]:
        """The fact names under which each name appears: `team`, `model_to`."""
        kinds: dict[str, set[str]] = {}
        for fact in self.facts:
            values = fact.value if isinstance(fact.value, tuple | list) else (fact.value,)
            for value in values:
                if isinstance(value, str):
                    kinds.setdefault(value.lower(), set()).add(fact.name)
            if ":" in fact.name:
                dimension = fact.name.split(":", 1)[0].rsplit("_", 1)[-1]
                kinds.setdefault(fact.name.split(":", 1)[1].lower(), set()).add(dimension)
        return kinds
