"""Is a narrative backed by its facts? Every number, unit, name, direction, order, time, state, cause and promise.

`check` works without a model, by general rules: a text is read into sentences of words and marked figures, times,
durations and names (`scan`); a figure must show (`showing`) a value of the facts or one that follows exactly (`derived`,
`algebra`), in some reading of its words (`binding`, `contexts`), of the thing and in the role that they say (`suiting`); times
likewise (`times`); what is claimed in words is held against the facts (`statements`); and a word that is neither plain English nor in a fact is a name nobody knows (`vocabulary`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explainer.checker.binding import figure_faults, unbacked
from explainer.checker.durations import duration_faults
from explainer.checker.events import order_faults
from explainer.checker.figures import normal
from explainer.checker.quantities import Known
from explainer.checker.scan import faults_of_form, sentences
from explainer.checker.statements import statement_faults
from explainer.checker.steps import QUOTED, is_step
from explainer.checker.times import time_faults
from explainer.checker.vocabulary import word_faults
from explainer.look import DOLLARS, Look
from explainer.types import Fact

__all__ = ["check"]

_NAME_KINDS = ("name", "coincidence", "next_step")


def check(text: str, facts: Sequence[Fact], look: Look = DOLLARS) -> list[str]:
    """The reasons why `text`, written as `look` writes amounts and times, is not backed by `facts`; empty where it is."""
    text = _plain_links(text, facts)
    reasons = faults_of_form(text)
    known = Known(facts, look)
    about: str | None = None
    for sentence in sentences(without_steps(normal(text), facts), _names(facts), look):
        if is_step(sentence.text, known):
            reasons += [*word_faults(sentence, known), *time_faults(sentence, known)]
            continue
        faults, about_now = figure_faults(sentence, known, about)
        reasons += faults
        reasons += [*time_faults(sentence, known), *duration_faults(sentence, known), *order_faults(sentence, known)]
        reasons += statement_faults(sentence, known, about)
        reasons += word_faults(sentence, known)
        about = about_now
    return unbacked(reasons)


def _plain_links(text: str, facts: Sequence[Fact]) -> str:
    """The text with links of the facts as `<link|words>` written as `words link`; other markup stays and is refused."""
    known = {f.value for f in facts if isinstance(f.value, str)}
    return re.sub(r"<(https?://[^<>|\s]+)\|([\w ]+)>", lambda m: f"{m[2]} {m[1]}" if m[1] in known else m[0], text)


def without_steps(text: str, facts: Sequence[Fact]) -> str:
    """The text without the next steps and the evidence that it quotes word for word."""
    for fact in facts:
        if (fact.kind == "next_step" or fact.name == "evidence") and isinstance(fact.value, str) and " " in fact.value:
            for quoted in (fact.value, fact.text):
                put = f" {QUOTED} " if fact.kind == "next_step" else " "
                told = rf"{re.escape(quoted.rstrip('.'))}(?P<end>\s*;)?"
                text = re.sub(told, lambda m, p=put: p + (". " if m["end"] else ""), text, flags=re.IGNORECASE)  # type: ignore[misc]
    return text


def _names(facts: Sequence[Fact]) -> dict[str, str]:
    """Every name, title and link of the facts, by its lower-case form."""
    names: dict[str, str] = {}
    for fact in facts:
        values = fact.value if isinstance(fact.value, tuple | list) else (fact.value,)
        for value in values:
            if fact.kind in _NAME_KINDS and isinstance(value, str) and value.strip():
                names[normal(value).lower()] = value
        if ":" in fact.name:
            name = fact.name.split(":", 1)[1]
            names[normal(name).lower()] = name
    return names
