"""Is a figure backed? It must show a known value, of the thing and in the role that the words around it give it."""

from __future__ import annotations

from collections.abc import Iterable

from explainer.checker.algebra import follows
from explainer.checker.contexts import context_of, spans_of
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.suiting import denied_share, shows, suits


def figure_faults(sentence: Sentence, known: Known, before: str | None) -> tuple[list[str], str | None]:
    """What is wrong with the figures of a sentence, and what it was about (for the sentence after it)."""
    faults: list[str] = []
    spans = spans_of(sentence, known)
    about = spans[0][2] if spans else before
    for index in range(len(sentence.figures)):
        context = context_of(sentence, index, spans, before, known)
        if context is None:
            continue
        if (bounded := denied_share(context, known)) is not None:
            faults += bounded
            continue
        if context.figure.unit == "foreign":
            faults.append(f"{context.figure.shown} is in a currency that no fact has")
            continue
        if follows(context, sentence, index, known):
            continue
        shown = [q for q in known.quantities if shows(context, q)]
        if not shown:
            faults.append(f"{context.figure.shown}: no fact has this value")
        elif not any(suits(context, q, known) for q in shown):
            faults.append(f"{context.figure.shown}: the value belongs to something else than these words say")
    return faults, about


def unbacked(texts: Iterable[str]) -> list[str]:
    """Reasons without repeats, in order."""
    return list(dict.fromkeys(texts))
