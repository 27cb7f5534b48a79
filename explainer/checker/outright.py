"""What a fact says outright may be said outright: which parts of a text say no more than a fact's own sentence does?"""

from __future__ import annotations

import re
from dataclasses import replace

from explainer.checker.fact_words import UNTRUSTED
from explainer.checker.families import FUNCTION_WORDS
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.steps import alike

_CLAUSE = re.compile(r"(?:(?!\b(?:although|though|while|but|and|since|because|where)\b)[^;:,.()—–])+")
_AT = re.compile(r"\bat 20\d\d-\d\d-\d\dT[\d:]+Z?")
_WORD = re.compile(r"[a-z][a-z'-]*|[NQTD]\d+")
_EMPTY = FUNCTION_WORDS | {
    "already", "as-yet", "currently", "date", "did", "far", "moment", "note", "status", "to-date", "today",
    "until", "us", "whose", "yet",
}  # fmt: skip
_DENIAL = frozenset(["not", "no", "nobody", "none", "never", "nothing", "without", "neither", "nor", "cannot", "noone"])
_GUARDED = re.compile(
    r"\b(?:likel\w+|possib\w+|probab\w+|may|might|suspect\w*|suggest\w*|plan\w*|expected|request\w*|ask\w*|estimat\w*|about|only|all|every|before|after|above|below|more|less)\b"
)
_SAME = (frozenset(["asked", "requested", "request", "ask", "asking"]), frozenset(["found", "known", "identified"]))


def without_told(sentence: Sentence, known: Known) -> Sentence:
    """The sentence with blanks in the place of what a fact's sentence says as well."""
    spoken = [
        f.text.lower()
        for f in known.facts
        if isinstance(f.value, str) and f.name not in UNTRUSTED and f.kind != "next_step"
    ]
    told = [t for text in spoken for t in _parts(text)]
    read = re.sub(r"\b(?:no one|yet to)\b", lambda m: "not".ljust(len(m[0])), sentence.text)
    text = sentence.text
    for start, end in ((0, len(text)), *((m.start(), m.end()) for m in _CLAUSE.finditer(text))):
        if any(_says(read[start:end], t, sentence) for t in told):
            text = text[:start] + " " * (end - start) + text[end:]
    return replace(sentence, text=text)


def opposite_faults(sentence: Sentence, known: Known) -> list[str]:
    """What a fact of a state says is denied, or what it denies is said."""
    told = [p for f in known.facts if f.kind in ("state", "time") for p in _parts(_AT.sub(" ", f.text).lower())]
    told += [f.text.replace(str(f.value), " ").lower() for f in known.facts if re.search(r"_by$|_to$", f.name)]
    text = re.sub(r"\bno one\b|\byet to\b", "not", sentence.text)
    for part in _CLAUSE.finditer(text):
        if any(_says(part[0], t, sentence, opposite=True) for t in told):
            return [f"{part[0].strip()}: a fact says the opposite"]
    return []


def _parts(text: str) -> list[str]:
    return [p for p in re.split(r"[;.](?:\s|$)", text) if p.strip()]


def _says(said: str, told: str, sentence: Sentence, *, opposite: bool = False) -> bool:
    """True where each word of content of `said` is one of `told`, and both deny and hedge alike; where `opposite`, one
    of them denies what the other says."""
    words, wanted = set(_WORD.findall(said)), set(_WORD.findall(told))
    if (bool(words & _DENIAL) != bool(wanted & _DENIAL)) != opposite:
        return False
    content = words - _EMPTY - _DENIAL
    enough = min(2, len([w for w in wanted - _EMPTY - _DENIAL if w != "incident"]))
    if len([w for w in content if w[0].islower()]) < enough or any(w[0] in "QTD" for w in content if w[0].isupper()):
        return False
    names = [w for w in content if w[0] == "N"]
    if any(sentence.names[int(n[1:])] not in told for n in names):
        return False
    plain = content - set(names)
    if {_stem(m) for m in _GUARDED.findall(said)} != {_stem(m) for m in _GUARDED.findall(told)}:
        return False
    needed = wanted - _EMPTY - _DENIAL
    if opposite and 3 * sum(any(_matches(w, other) for w in plain) for other in needed) < 2 * len(needed):
        return False
    return all(any(_matches(w, other) for other in needed) for w in plain)


def _stem(word: str) -> str:
    return "request" if word.startswith("ask") else word[:6]


def _matches(one: str, other: str) -> bool:
    return one == other or any({one, other} <= same for same in _SAME) or (alike(one, other) and one[:4] == other[:4])


_OTHER_WORD = {"asked": "requested", "enabled": "turned on", "disabled": "turned off", "rollback": "rolled back"}


def is_reported(word: str, text: str, denied: bool, known: Known) -> bool:
    """True where a fact's sentence has the word (or the one it stands for, beside another of its words), denied as it is
    here."""
    last = word.split()[-1]
    alone, word = last not in _OTHER_WORD, _OTHER_WORD.get(last, word)
    parts = [part for f in known.facts for part in re.split(r"[;.](?:\s|$)", f.text.lower()) if word in part]
    return any(
        (negated(part, part.index(word)) == denied or word == "invoice")
        and (alone or any(w in text for w in re.findall(r"[a-z]{4,}", part) if w not in (word, "team")))
        for part in parts
    )
