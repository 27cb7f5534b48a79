"""Is a name what the words beside it say it is: a team, a model, the old one or the new?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from explainer.checker.events import words_of
from explainer.checker.families import FUNCTION_WORDS, RISE
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.types import Fact

_ROLE_NOUNS = {
    "team": ("team",),
    "feature": ("feature",),
    "model": ("model", "model_from", "model_to", "models"),
    "workflow": ("workflow",),
    "release": ("release",),
    "pool": ("pool",),
    "environment": ("environment",),
    "provider": ("provider",),
    "region": ("region",),
    "version": ("version", "version_from", "version_to", "release"),
}


_NOUN = "|".join(noun for noun in _ROLE_NOUNS if noun != "version")
_NOUN_BEFORE = re.compile(
    rf"(?<!short )(?<!brief )(?<!long )(?<!quick )(?<!full )(?<!line )(?<!sentence )\b({_NOUN}|version)(?: is| was| :|,| called| named)? $"
)
_NOUN_AFTER = re.compile(rf"^ ({_NOUN})\b(?! mix)")
_IS_NOUN = re.compile(rf"^ (?:is|was) the (?:owning |new |old )?({_NOUN})\b")


def role_faults(sentence: Sentence, known: Known) -> list[str]:
    """A name beside `team`, `model` and the like has to be one; moves go from the old to the new."""
    faults = []
    text = sentence.text
    kinds = known.kinds
    for i, name in enumerate(sentence.names):
        mine = kinds.get(name, set())
        at = re.search(rf"\bN{i}\b", text)
        if at is None or not mine:
            continue
        left, right = text[: at.start()], text[at.end() :]
        for word in (_NOUN_BEFORE.search(left), _NOUN_AFTER.match(right), _IS_NOUN.match(right)):
            if (
                word
                and not mine & set(_ROLE_NOUNS[word[1]])
                and not any(n.endswith(word[1]) or n.startswith(word[1]) for n in mine)
            ):
                faults.append(f"{name} is no {word[1]}")
        faults.extend(_moves(name, mine, left, right))
        owner = _OF_THING.search(left)
        if known.by_name.get("feature") and mine <= {"team"} and not owner and _COSTS.search(f"{left}|{right}"):
            faults.append(f"{name} is the team, not what cost this")
    faults += [*_owners(text, known), *_persons(sentence, known, kinds), *_side_faults(sentence, kinds)]
    faults += [*_places(sentence, kinds), *_handed_over(sentence, known, kinds), *_priced(sentence, known, kinds)]
    return faults + _miscounted(sentence)


def _places(sentence: Sentence, kinds: Mapping[str, set[str]]) -> list[str]:
    """`It sits in N0, on N1`: the first is a workflow, the second a model."""
    for at in re.finditer(r"\bin (?:the )?N(\d+) ?,? (?:and )?(?:on|with|using) (?:the )?N(\d+)\b", sentence.text):
        first, second = (kinds.get(sentence.names[int(i)], set()) for i in at.groups())
        if first and first <= {"model", "models"} and second & {"workflow"}:
            return [f"{sentence.names[int(at[1])]} is no workflow"]
    return []


_OF_THING = re.compile(r"\bN\d+ (?:[\"'] )?(?:of|by|from|\(|,) (?:the )?(?:team )?(?:[\"'] )?$")
"""`kyc-check of ml-infra cost Q0`: whose the thing is."""
_COSTS = re.compile(
    r"^ ?\| : cost (?:up|down|is|was)\b|(?:[Δδ]|delta|change in) cost (?:of |for )?\||\| (?:in fact |actually |really )?costs?\b(?! (?:of|for)\b)|\b(?:overshoot|overspend|bill|enough) (?:on|for) \|"
)


def _miscounted(sentence: Sentence) -> list[str]:
    """`two models: A, B and C`: a list has as many names as it is told to have."""
    for match in re.finditer(
        r"\bQ(\d+) (?:\w+ )?[a-z]+s\b(?: [a-z]+){0,5} ?[:,(] ((?:N\d+|, | and | ,|,)+(?: and N\d+)?)", sentence.text
    ):
        told, figure = len(re.findall(r"N\d+", match[2])), sentence.figures[int(match[1])]
        if figure.bare and told > 1 and figure.value <= 12 and told != figure.value:
            return [f"{figure.shown}: the list has another number of names"]
    return []


_OWNER = re.compile(
    r"(?:^|[,;:.] )(?P<for>[a-z][\w-]*) (?:is|was) responsible for N\d|\bwhich (?P<which>[a-z][\w-]*) owns\b|(?:^|[,;:.] |\b(?:and|that|team) )(?P<who>[a-z][\w-]*) owns? (?:N\d|it\b|(?:the|this) feature)|"
    r"\b(?:owned by|belongs to) (?:the )?(?:team )?(?P<by>[a-z][\w-]*)\b|\b(?:with|by) (?:team )?N\d+ and (?:team )?(?P<also>[a-z][\w-]*)(?= (?:jointly|together)\b| ?[.,;])|\bowner (?:of N\d+ )?(?:is|:) (?P<is>[a-z][\w-]*)\b|\b(?:incident|case|ticket|matter) (?:is|sits|lies|rests|stays) (?:now )?with (?:the )?(?P<with>[a-z][\w-]*)\b"
)


_OWNS_AS = re.compile(r"\bowning (?P<what>(?!teams?\b|one\b|side\b|part(?:y|ies)\b|is\b|group\b)[a-z]{3,})\b")


def _owners(text: str, known: Known) -> list[str]:
    """Who is told to own it has to be a name of the facts, though it may be a plain word."""
    if (other := _OWNS_AS.search(text)) and other["what"] not in known.texts:
        return [f"{other[0]}: no fact names such an owner"]
    told = _OWNER.search(text)
    word = told[told.lastgroup] if told and told.lastgroup else None
    if not word or not known.by_name.get("team") or word in _NO_OWNER or word in known.texts:
        return []
    return [f"{word}: no fact has this name or thing"]


def _persons(sentence: Sentence, known: Known, kinds: Mapping[str, set[str]]) -> list[str]:
    """Who acknowledged it, who is on call, whose the next step is: each is told of the one whose fact says so, and nothing
    is told as done that no fact of theirs says."""
    mine = {f.name: [w for w in words_of(f) if len(w) > 2] for f in known.facts if _is_person(f)}
    if "owner" in mine and len(mine) > 1:
        mine["owner"].append("incident")
    for part in re.finditer(r"[^,;()—–]+", sentence.text):
        here = dict.fromkeys(sentence.names[int(i)] for i in re.findall(r"\bN(\d+)\b", part[0]))
        for name in (n for n in here if kinds.get(n, set()) & set(mine)):
            own = {w for role in kinds[name] & set(mine) for w in mine[role]}
            others = [w for role, words in mine.items() if role not in kinds[name] for w in words if w not in own]
            shared = {w for role, words in mine.items() if role not in kinds[name] for w in words}
            if not _has(part[0], own - shared) and (told := _has(part[0], others)):
                return [f"{name}: {told} is told of somebody else"]
        did = re.search(
            r"\bN(\d+) (?:has |had |have )?(?:already |since |now |just |also )?(?P<verb>[a-z]{3,}ed)\b", part[0]
        )
        if did and kinds.get(sentence.names[int(did[1])], set()) & set(mine) and not _has(did["verb"], _spoken(known)):
            return [f"{did[0]}: no fact says what people did"]
    return []


def _is_person(fact: Fact) -> bool:
    return fact.kind == "name" and bool(re.search(r"_by$|(?:^|_)owner$|on_call|assignee|contact", fact.name))


def _has(text: str, words: Iterable[str]) -> str:
    """The first of the words that a word of the text begins with."""
    return next((w for w in words if re.search(rf"\b{re.escape(w)}", text)), "")


def _spoken(known: Known) -> set[str]:
    return {w for f in known.facts if f.kind in ("name", "state") for w in words_of(f) if len(w) > 2}


_HANDED = re.compile(
    r"\b(?:hand(?:ed|s|ing)? (?:\w+ )?(?:over|on|down)|hand-?over|chang(?:ed|es) (?:hands|owners?)|t(?:ook|akes|aken) (?:\w+ )?over|inherit\w*|transfer\w*|re-?assign\w*|(?:passed|moved|gone|went|came|came over) (?:on )?to (?:the )?(?:N\d+|team)|"
    rf"(?:used to|once|no longer|formerly|previously|until recently|only recently|recently|does not|did not) (?:belong\w*|own\w*)|belonged to|shares? (?!(?:of|in|the (?:\w+ )?(?:{RISE}|costs?|difference|bill|spend|pool|load))\b)|shared with|co-?own\w*|joint\w*|(?:new|former|previous|old|second|other) (?:owner|owning)|(?:has|have|had) (?:\w+ )?owned|new responsib\w+|ownership (?:of \w+ )?(?:moved|changed|went|passed|is shared|is disputed|is unclear))"
)


def _handed_over(sentence: Sentence, known: Known, kinds: Mapping[str, set[str]]) -> list[str]:
    """That an owner came or went, or is one of several, needs a fact."""
    told, here = _HANDED.search(sentence.text), {kind for name in sentence.names for kind in kinds.get(name, ())}
    if told is None or here & (_OLD | _NEW | {"model", "models"}) or not here & {"team", "feature"}:
        return []
    about = "team" in here or re.search(r"\b(?:teams?|own\w*|hands)\b", sentence.text)
    backed = any(word[:6] in known.texts for word in told[0].split() if len(word) > 4)
    return [f"{told[0].strip()}: no fact says so"] if about and not backed else []


_PRICED = re.compile(
    r"\bN(\d+) (?:is|was|are|has become|became|got|has got|costs?|charges?) (?:now |also |far |much |the |a |(?:Q\d+|\w+ly) )*(?:dearer|cheaper|pricier|costlier|more expensive|less expensive)\b"
)


def _priced(sentence: Sentence, known: Known, kinds: Mapping[str, set[str]]) -> list[str]:
    """That a model is dearer than another, or than it was, needs a fact that speaks of its price."""
    told = _PRICED.search(sentence.text)
    mine = kinds.get(sentence.names[int(told[1])], set()) if told else set()
    if told is None or not mine or not mine <= {"model", "models", "model_from", "model_to"}:
        return []
    spoken = re.search(r"dearer|cheaper|expensive|prices? of|price change|list price", known.texts)
    priced = any("price" in name and not name.startswith("driver_") for name in known.by_name)
    return [] if spoken or priced else [f"{told[0]}: no fact has its price"]


_NO_OWNER = FUNCTION_WORDS | {
    "another", "no", "nobody", "not", "team", "us",
}  # fmt: skip


_THINGS = {
    "model", "models", "model_from", "model_to", "workflow", "release", "environment", "version_from",
    "version_to", "pool",
}  # fmt: skip


def _moves(name: str, mine: set[str], left: str, right: str) -> list[str]:
    if re.search(
        r"\b(?:owned by|owner (?:is|:)|owner :|(?<!excess )(?<!rise )(?<!cost )(?<!spend )(?<!overspend )belongs to|bill to|budget of) $",
        left,
    ) and not (mine & {"team", "teams", "owner"} or any(k.endswith("_owner") and k[:-6] in left for k in mine)):
        return [f"{name} is not the owner"]
    if (re.match(r"^ (?:'s bill for|spent|paid|owns?)\b", right) and mine <= _THINGS) or (
        re.match(r"^ (?:'s bill for|owns?)\b", right) and mine <= {"feature"}
    ):
        return [f"{name} is no team"]
    if re.search(r"(?:'s bill for|\bspent (?:\w+ )?Q\d+ on|\bpaid Q\d+ for) $", left) and mine <= {"team"}:
        return [f"{name} is the team, not what it spent on"]
    if re.search(r"\b(?:launch|first use|roll-?out) of $", left) and mine <= {"team"}:
        return [f"{name} is the team, not what was launched"]
    if re.match(r"^ (?:has|had|ran up|got) (?:a|an|the|its) (?:\w+ )?bill\b", right) and mine <= _THINGS:
        return [f"{name} is no team"]
    return []


_OLD, _NEW = {"model_from", "version_from"}, {"model_to", "version_to"}
_TAKES_PLACE = r"replac(?:ed|es|ing)|supersed\w+|succeed(?:ed|s)|displac\w+|t(?:ook|akes?|aken) over from|t(?:ook|akes?|aken) the place of|came after|c(?:ame|omes) in for"
_GIVES_WAY = r"(?:g[ai]ve[sn]?|made|makes?) way (?:to|for)|(?:was|were|is|been) (?:replaced|superseded|succeeded|displaced|followed) by|was dropped for|became|turned into"
_SERVES = r"answer(?:s|ed)?|handle[sd]?|serve[sd]?|gets?|got|takes?|took|sees?|saw|receive[sd]?|process(?:es|ed)"
_BESIDE = (
    (_OLD, rf"(?:\b(?:to|towards?|onto|now on|in favou?r of|new|current|latest|present|newer)(?: version| model| one)?(?: is| was| being| :|,)?|\b(?:{_GIVES_WAY})) $"),
    (_OLD, rf"^ (?:has |had |have )?(?:since |now |then )?(?:{_TAKES_PLACE}|t(?:ook|akes?|aken) over(?! by))\b"),
    (_NEW, rf"(?:\b(?:away from|from|instead of|rather than|in place of|no longer(?: on)?|old|previous|former|earlier|original|prior)(?: version| model| one)?(?: is| was| being| :|,)?|\b(?:{_TAKES_PLACE})) $"),
    (_NEW, rf"^ (?:has |had |have )?(?:since |now |then )?(?:{_GIVES_WAY})\b"),
    (_OLD, r"^ (?:[\"'] )?(?:is|are) (?:now |currently )?(?:live|in use|running|active|in production)\b"),
    (_OLD, rf"^ (?:that )?(?:has |had |have )?(?:since |now |then )?(?:gain(?:s|ed)|won|wins|picked up|picks up|attract(?:s|ed)|(?:{_SERVES}) more)\b"),
    (_NEW, rf"^ (?:that )?(?:has |had |have )?(?:since |now |then )?(?:los(?:t|es)|shed|sheds|gave up|gives up|(?:{_SERVES}) (?:fewer|less))\b"),
    (_NEW, r"^ (?:fewer|less)\b"),
    (_OLD, r"\bback (?:on|to|at|with)(?: version| model| the)* $"),
    (_NEW, r"\b(?:requests|calls|traffic) (?:left|abandoned|deserted|moved off|moved out of|came off|drained from) $"),
)  # fmt: skip
"""Which names may not stand before (with `$`) or after such words."""
_THEN = r"\b(?:previously|formerly|earlier|used to|once|until then|beforehand|(?<!than )before(?! (?:the|it|this|its|that)\b(?! (?:change|switch|move|upgrade|swap))))\b"
_NOW = r"\b(?:now|today|currently|at present|nowadays|these days|since then|meanwhile|in use)\b"
_LEAD = re.compile(
    rf"(?:^|[,;:.] |\b(?:and|but|version|model) )(?:(?P<then>{_THEN})(?: (?:that|this|then|the \w+))?|(?P<now>{_NOW})) ?[,:]? ?$"
)


def _side_faults(sentence: Sentence, kinds: Mapping[str, set[str]]) -> list[str]:
    """`N0 before, N1 now`: the old name is told of then and the new one of now."""
    text = sentence.text
    moved = {f"N{i}" for i, n in enumerate(sentence.names) if kinds.get(n) and (kinds[n] <= _OLD or kinds[n] <= _NEW)}
    for i, name in enumerate(sentence.names):
        if f"N{i}" not in moved:
            continue
        mine, at = kinds[name], re.search(rf"\bN{i}\b", text)
        left, right = (text[: at.start()], text[at.end() :]) if at else ("", "")
        if re.search(
            r"\b(?:used to|previously|formerly|once|had|before)\b[^,;]*\bto $|\b(?:requests|calls|share|traffic) (?:going|sent|routed|directed|that go) to $",
            left,
        ):
            continue
        for wrong, words in _BESIDE:
            if mine <= wrong and re.search(words, left if words.endswith("$") else right):
                return [f"{name} is on the wrong side of the change"]
        start = max((m.end() for m in re.finditer(r"[,;:().—–] | (?:and|but|while|whereas) ", left)), default=0)
        part = left[start:] + name + re.split(r" [,;:().—–]| (?:and|but|while|whereas) ", right)[0]
        if (
            re.search(r"Q\d|\b(?:no|not|never|fewer|less|lost|left|from|(?<!used )to)\b", part)
            or len(moved & set(part.split())) > 0
        ):
            continue
        then, now = bool(re.search(_THEN, part)), bool(re.search(_NOW, part))
        if not (then or now) and (lead := _LEAD.search(left[:start])):
            then, now = bool(lead["then"]), bool(lead["now"])
        if then != now and mine <= (_NEW if then else _OLD):
            return [f"{name} is on the wrong side of the change"]
    return []
