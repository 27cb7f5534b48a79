"""Is a sentence a next step of the facts, in other words? Each of its words of content must be one of the step's, or one
that says no more than that this is a step."""

from __future__ import annotations

import re

from explainer.checker.families import FUNCTION_WORDS
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_SAYS_STEP = re.compile(
    r"\b(?:next|steps?|comes first|suggest\w*|recommend\w*|propos\w+|advis\w+|should|could|would|worth|best|to do|please|begin|start|first thing|make sense|makes sense|consider|look|check|ask|compare|verify|review|give|add|put|set|find out|see|confirm|see to)\b"
)
_PLAIN = FUNCTION_WORDS | {
    "about", "action", "advice", "advise", "advised", "after", "again", "against", "aim", "all", "anything",
    "ask", "asked", "asking", "before", "begin", "begins", "best", "between", "both", "came", "can", "check",
    "checking", "checks", "come", "comes", "compare", "comparing", "confirm", "confirming", "consider",
    "considering", "could", "determine", "doing", "done", "each", "else", "establish", "everything", "examine", "natural", "obvious", "logical", "reasonable", "option",
    "examining", "find", "finding", "first", "first-of-all", "follow", "following", "further", "get", "getting",
    "give", "giving", "go", "going", "good", "he", "how", "idea", "if", "inspect", "inspecting", "intention",
    "into", "know", "learn", "let", "light", "look", "looking", "looks", "make", "makes", "may", "might",
    "must", "need", "needed", "needs", "next", "of-all", "once", "ones", "only", "onto", "order", "per",
    "place", "plan", "planned", "plans", "please", "possible", "potential", "proposal", "propose", "proposed", "put", "recommend",
    "recommendation", "recommended", "recommended-step", "recommends", "remaining", "review", "reviewing",
    "second", "see", "seeing", "sense", "sensible", "she", "should", "start", "started", "starting", "step",
    "steps", "study", "suggest", "suggested", "suggestion", "suggests", "sure", "take", "takes", "task", "than",
    "thing", "things", "those", "to-do", "todo", "try", "trying", "turn", "useful", "verify", "verifying", "view", "way", "when",
    "where", "whether", "why", "worth", "worthwhile", "would", "you", "your",
}  # fmt: skip
_TURNS = (
    ("on", "off"),
    ("add", "remove"),
    ("before", "after"),
    ("raise", "lower"),
    ("enable", "disable"),
    ("start", "stop"),
)


QUOTED = "quotedstep"
"""Stands for a next step that is told word for word."""
_DONE = {"done", "already", "completed", "finished", "taken", "carried", "been", "refused", "rejected"}


ORDERED = re.compile(
    r"\b(?:must|shall|(?:has|have|had) to|(?:is|are) (?:required|obliged|ordered|instructed) to|at once|immediately|right (?:away|now)|without delay|as soon as possible|asap|urgently|by tomorrow|today)\b"
)
"""Words that make an order of a step, or set it a time that no fact sets."""


_TAKEN = re.compile(
    r"\b(?:(?<!could be )(?<!can be )(?<!to be )done|did|(?<!worth )doing|taken|agreed|decided|approved|finished|completed|ordered|under way|underway|in (?:progress|hand)|(?:has|have|had|was|were|is|are) (?:already |now |since )?(?:begun|started|been|busy|going|set)|began|started|carried out|settled|in place|live since|so far|already|promised?|committed|will)\b"
)
"""What makes a deed or a promise of a step: `Done so far : ...`, `the team has begun to ...`."""


def is_step(text: str, known: Known) -> bool:
    """True for a sentence that says one of the facts' next steps."""
    steps = [f"{f.value} {f.text}".lower() for f in known.facts if f.kind == "next_step" and isinstance(f.value, str)]
    label, _, text = text.rpartition(" : ") if not text.endswith(" : ") else ("", "", text)
    if QUOTED in text and (_TAKEN.search(label) or _TAKEN.search(text)):
        return False
    if ORDERED.search(text):
        return False
    return (QUOTED in text and not set(text.split()) & _DONE and not _strange(text, known, "")) or (
        bool(_SAYS_STEP.search(text)) and any(_says(text, step, known) for step in steps)
    )


_PASSIVE = re.compile(
    r"\b(?:has|have|had|was|were|is|are) (?:already |now |since |just )?(?:been )?(?P<verb>[a-z]{3,})\b"
)


def done_faults(text: str, known: Known) -> list[str]:
    """A next step that is told as taken: `the retries have been limited`."""
    if QUOTED in text and (taken := _TAKEN.search(text)) and not negated(text, taken.end()):
        return [f"{taken[0]}: the next step is told as taken"]
    for fact in known.facts:
        step = re.findall(r"[a-z][a-z'-]+", str(fact.value).lower()) if fact.kind == "next_step" else []
        for done in _PASSIVE.finditer(text) if step else ():
            said = [w for w in re.findall(r"[a-z][a-z'-]+", text[: done.start()]) if w not in _PLAIN]
            about = [w for w in said if any(alike(w, other) for other in step[1:] if other not in _PLAIN)]
            if (
                about
                and (done["verb"] or step[0]).startswith(step[0].rstrip("e")[:4])
                and not negated(text, done.end() - 1)
            ):
                return [f"{done[0]}: the next step is told as taken"]
    return []


def says_no_more(text: str, known: Known) -> bool:
    """True where a sentence says of the facts' next step no more than that it is there, or what its facts say of it."""
    told = " ".join(f"{f.value} {f.text}" for f in known.facts if "step" in f.text.lower()).lower()
    return bool(told) and not set(text.split()) & (_DONE - {"been"}) and not _strange(text, known, told)


def _says(text: str, step: str, known: Known) -> bool:
    said = set(re.findall(r"[a-z][a-z'-]+", text)) - {"unknownlink"}
    wanted = set(re.findall(r"[a-z][a-z'-]+", step))
    content = {w for w in said if w not in _PLAIN}
    if text.count(" ") > 2 and text.rstrip(" .!") in step and not wanted & {"not", "never", "without", "no"}:
        return True
    strange = _strange(text, known, step)
    shared = [w for w in content if any(alike(w, other) for other in wanted - _PLAIN)]
    turned = any(
        (a in said and b in wanted and a not in wanted) or (b in said and a in wanted and b not in wanted)
        for a, b in _TURNS
    )
    denied = bool(said & {"not", "never", "without", "no"}) and not wanted & {"not", "never", "without", "no"}
    return (
        not strange
        and not said & _DONE
        and len(shared) >= 2
        and not turned
        and not denied
        and not re.search(r"[QTD]\d", text)
    )


def _strange(text: str, known: Known, step: str) -> list[str]:
    """Words of content that neither the step nor a name of the facts has."""
    wanted = set(re.findall(r"[a-z][a-z'-]+", step))
    names = {part for name in known.names for part in re.findall(r"[a-z][a-z'-]+", name)}
    said = set(re.findall(r"[a-z][a-z'-]+", text)) - _PLAIN - names - {QUOTED, "unknownlink"}
    return [w for w in said if not any(alike(w, other) for other in wanted)]


_SAME = (
    {"purpose", "deliberate", "deliberately", "intended", "intentional", "intentionally", "meant", "wanted", "planned"},
    {"owner", "owners", "owning"},
)


def alike(one: str, other: str) -> bool:
    """True for two forms of a word: `retry` and `retries`, `set` and `settings`."""
    if any({one, other} <= same for same in _SAME):
        return True
    if "-" in one or "-" in other:
        return one == other
    shorter, longer = sorted((one, other), key=len)
    size = min(len(shorter), 5)
    return shorter == longer or (
        size >= 3 and longer.startswith(shorter[: max(size - 1, 3)]) and shorter[:3] == longer[:3]
    )
