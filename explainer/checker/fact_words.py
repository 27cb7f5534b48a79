"""The words and names of the facts, and by which of them a fact is told from others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from explainer.checker.concepts import COST
from explainer.checker.quantity import Quantity
from explainer.types import Fact

UNTRUSTED = {"release_title", "event_title", "title", "note", "comment", "message"}
"""Facts whose string somebody typed: it may be quoted, but backs nothing."""


def words_of(facts: Sequence[Fact]) -> frozenset[str]:
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


def names_of(facts: Sequence[Fact]) -> list[str]:
    """The names of the facts in lower case, and the elements in facts' own names."""
    names = {f.name.partition(":")[2].lower() for f in facts}
    for fact in facts:
        for value in fact.value if isinstance(fact.value, tuple | list) else (fact.value,):
            if isinstance(value, str) and fact.kind in ("name", "coincidence") and fact.name not in UNTRUSTED:
                names.add(value.lower())
    return sorted(names - {""})


def words_in(text: str) -> frozenset[str]:
    """The words of a text, in which a hyphen parts none."""
    return frozenset(re.findall(r"[\w-]+", text))


def texts_without_names(facts: Sequence[Fact]) -> str:
    """The facts' sentences without the names in them, so that a word of a name backs no other use of it."""
    text = " ".join(f.text for f in facts if f.name not in UNTRUSTED)
    for fact in facts:
        for value in fact.value if isinstance(fact.value, tuple | list) else (fact.value,):
            if isinstance(value, str) and fact.kind in ("name", "coincidence") and len(value) > 2:
                text = text.replace(value, " ")
    return text.lower()


_COMMON = {
    "cost", "share", "before", "after", "total", "number", "of", "by", "in", "to", "from", "actual", "expected", "excess",
    "active", "count", "the", "a", "per", "driver", "percent", "amount", "so", "far", "incident", "provider",
}  # fmt: skip


_ALIKE = {
    "last": "previ",
    "earlier": "previ",
    "prior": "previ",
    "call": "reques",
    "people": "user",
    "person": "user",
    "worst": "peak",
    "costliest": "peak",
    "dearest": "peak",
    "priciest": "peak",
}


def _stem(word: str) -> str:
    stem = word.removesuffix("'s").removesuffix("s")
    return _ALIKE.get(stem, stem.removesuffix("ed").removesuffix("e")[:5])


def own_words(name: str) -> set[str]:
    """The stems of the words by which the fact of this name is told from others."""
    common = _COMMON | {"hour"} if "peak" in name else _COMMON
    return {_stem(w) for w in re.split(r"[_:]", name) if w not in common}


def named_in(name: str, words: Iterable[str]) -> bool:
    """True where all of the words of a fact's name that tell it from others are among these."""
    own = own_words(name)
    told = {_stem(w) for w in words}
    return bool(own) and (own <= told or (name.endswith("to_date") and bool(_SO_FAR & told)))


_SO_FAR = {"far", "already", "spent", "us", "used", "gon", "consu", "eaten", "burn", "burnt", "taken", "drawn"}


def says_own(name: str, word: str) -> bool:
    """True for one of the words that tell the fact of this name from others."""
    return _stem(word) in own_words(name)


_NAMED = re.compile(r"[a-z0-9][\w.]*(?:-[\w.]+)+|[a-z]+\d[\w.-]*|\d[\w.]*[a-z][\w.-]*")
_TITLED = re.compile(r"\b[A-Z][\w.&'-]*(?: (?:&|of|and|[A-Z][\w.&'-]*))+")
_PLAIN = {"the", "was", "now", "before", "one", "cost", "costs", "each", "and", "its", "had", "has", "all", "share"}


def words_beside(fact: Fact) -> Iterable[str]:
    """Names and nouns of the fact's sentence, by which a generic fact is known."""
    text = fact.text.lower()
    yield from _NAMED.findall(text)
    for name in _TITLED.findall(fact.text):
        yield from (name.lower(), name.lower().partition(" ")[2] or name.lower())
    per = fact.name.partition("_per_")[2].split("_")[0] if fact.unit == "ratio" else ""
    for word in re.findall(r"[a-z]{3,}", text):
        if word not in _PLAIN and word != per:
            yield word


_EVERYWHERE = {
    "cost", "difference", "expected", "accounts", "for", "incident", "above", "below", "usd", "percent", "requests", "number",
    "were", "was", "there", "about", "are", "now", "before", "last", "this", "that", "its", "and", "with", "have", "been", "had", "one", "each", "all", "out", "which", "while", "into", "than", "they", "other", "most",
    "during", "from", "makes", "made", "total", "went", "team", "model", "feature", "month", "changed", "per", "has", "took", "takes", "carried", "carries",
}  # fmt: skip


def own_words_of(quantity: Quantity) -> frozenset[str]:
    """The words of its fact that are not in any fact's sentence."""
    return frozenset(quantity.also - _EVERYWHERE)


def is_generic(quantity: Quantity) -> bool:
    """True for the value of a fact with a name of its own, which is told by its words."""
    return "any" in quantity.roles or (quantity.unit == "count" and quantity.concept == COST)
