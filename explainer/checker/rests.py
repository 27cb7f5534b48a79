"""Is a value what is left without something that the words around its figure name?"""

from __future__ import annotations

import re

from explainer.checker.contexts import Context
from explainer.checker.fact_words import own_words_of, words_beside
from explainer.checker.families import ABOUT_BEFORE, DIFFERENCE, REST
from explainer.checker.quantities import Known
from explainer.checker.quantity import Quantity
from explainer.checker.signs import affirms

_TAKES_REST = re.compile(
    r"\b(?:explains?|explained|accounts? for|accounted for|makes? up|made up|adds?|added|is|was|brings?|brought)(?: for)? (?:the |a )?"
    r"(?:remaining|rest|remainder|other)(?: of| ,)?$|\bN\d+ (?:for |with )?the (?:remaining|rest|remainder|other)(?: of| ,)?$"
)
TOTALS = re.compile(r"\b(?:bill|cost|spend|spending|total|it|N\d+) (?:would|could|is|was|comes|came|costs?)\b")
_BILL = re.compile(r"\b(?:bill|costs?|spend|spending|total) (?:would|could|might)\b")
SAYS_DIFFERENCE = re.compile(rf"\b(?:{DIFFERENCE}|fell|dropped|rose|less|more|by)\b")
_LACKS = re.compile(r"\b(?:miss\w*|no longer|not|uncached|untagged|lack\w*|tagged|attributed|fresh|unattributed)\b")
ALL_BUT = re.compile(
    r"\b(?:everyone|everybody|everything|all|anyone)(?: else)? (?:but|except|besides|other than)(?: for)? N\d+\b"
)
_OTHER = r"(?:the |a )?(?:remaining|rest|remainder|other)(?: of| ,)?$"
_NOT_ITS = re.compile(
    r"^ (?:of [^,;Q]*? )?(?:(?:has|have|had) nothing to do with|(?:is|are|was|were|does|do|did) not (?:come |due |stem |down )*(?:to|from|because of|caused by)?|(?:comes?|came|stems?) from (?:something|anything|things|drivers?|elsewhere|causes) other|is unrelated to|lies? outside)"
)
_OTHERS_DO = re.compile(
    r"\b(?:others?|other drivers|the other \w+|everything else|drivers) (?:\w+ )?(?:make|made|add|bring|explain|account)"
)


PAST_BATCH = re.compile(
    r"\b(?:bypass\w*|skip\w*|circumvent\w*|avoid\w*|(?:around|past|outside|without|miss(?:es|ed)?) (?:the )?batch)\b|\b(?:live|real-?time|direct|synchronous|on-demand|interactive|immediate) (?:calls?|requests?|traffic)\b|\b(?:sent|run|go|goes|went|made|handled|answered|served) (?:live|directly|synchronously)\b"
)
"""What goes past the batch interface: live requests, which are all the others."""


_NEGATED = re.compile(
    r"^ of [^,;]*?\b(?:not|no longer|never|miss(?:es|ed)?|uncached|untagged|unattributed|without|no|lacks?|elsewhere|other than|somewhere else)\b"
)


def is_negated(context: Context, quantity: Quantity) -> bool:
    """True where a share is denied that its fact affirms, or the other way: `64 % of input tokens are not cached`."""
    denies = quantity.concept == "untagged" or bool(quantity.also & {"not", "without", "untagged", "miss", "missed"})
    negated = _NEGATED.match(context.right)
    past = "batch" in quantity.name or "without:batch" in quantity.also or "batch" in quantity.also
    if past and (PAST_BATCH.search(f"{context.left} Q{context.right}") or PAST_BATCH.search(context.all_left)):
        negated = re.match("", "")
    return bool(negated) and denies == ("rest" in quantity.roles)


def is_rest(context: Context, quantity: Quantity, known: Known) -> bool:
    """True where the words say that it is a rest, of what it is the rest of."""
    concept = context.concept
    if "_without_" in quantity.name and is_raised(context):
        return True
    if is_told_as_total(context, quantity, known):
        return False
    if concept is not None and f"without:{concept}" in quantity.also and _takes_rest(context, concept):
        return False
    left_out = {f"without:{c}" for c in context.concepts} & known.left_out
    if left_out and quantity.concept == "rest" and not left_out & quantity.also:
        return False
    if quantity.unit == "usd" and "after" in quantity.roles and not TOTALS.search(context.left):
        return False
    if quantity.also & set(known.names) & context.words and ALL_BUT.search(context.left):
        return True
    if quantity.unit == "percent" and is_affirmed(context, quantity, known):
        return True
    if quantity.unit == "percent" and _LACKS.search(context.sentence):
        return any(w.removeprefix("un").startswith(o[:4]) for o in own_words_of(quantity) for w in context.words)
    if quantity.unit == "percent" and "batch" in quantity.also and PAST_BATCH.search(context.sentence):
        return True
    return says_rest(context) and (quantity.concept != "budget" or "budget" in context.concepts)


def is_told_as_total(context: Context, quantity: Quantity, known: Known) -> bool:
    """True for what is left of the difference, where the words tell the whole bill: `without it the bill would be Q0`."""
    driver = "after" not in quantity.roles and any(f"without:{c}" in quantity.also for c in known.by_driver)
    total = (TOTALS if "_without_" in quantity.name else _BILL).search(context.left)
    rest = "_without_" in quantity.name or (quantity.concept == "rest" and driver)
    return bool(rest and total and quantity.unit == "usd" and not SAYS_DIFFERENCE.search(context.left[total.start() :]))


_FIRST = re.compile(r"^ ?(?:to|→|and is now|; now)\b")
_RAISES = re.compile(
    r"\b(?:rais|lift|push|driv|mov|tak|took|brought|bring|put|increas|add|grow|grew|rises?\b|rose|climb|went|goes|up\b|jump)"
)


def is_raised(context: Context) -> bool:
    """True where a figure is the forecast that the incident raised: `it raises the forecast from Q0 to Q1`."""
    left = context.all_left.rstrip()
    came = re.search(rf"\bfrom{ABOUT_BEFORE}$", left) or (_FIRST.match(context.right) and context.role == "before")
    return bool(came) and "forecast" in context.concepts and bool(_RAISES.search(context.sentence))


def is_affirmed(context: Context, quantity: Quantity, known: Known) -> bool:
    """True for a share of what has a thing, where the fact is of what has none."""
    clause = re.split(r";| but | while ", context.all_left)[-1] + context.right
    return any(f.kind == "share" and affirms(f, clause) and quantity.also >= set(words_beside(f)) for f in known.facts)


def says_rest(context: Context) -> bool:
    """True where the words beside the figure, or before its colon, tell a rest."""
    label = context.all_left if context.all_left.endswith(": ") and not context.left else ""
    clause = re.split(r",| and | but | while | where ", context.right)[0]
    if re.fullmatch(
        rf" to{ABOUT_BEFORE}", context.left
    ):  # the second of two, of which the words stand before the first
        label = re.split(r"[,;]", context.all_left)[-1]
    return bool(REST.search(f"{label}{context.left} | {clause}") or _NOT_ITS.match(context.right))


def _takes_rest(context: Context, concept: str) -> bool:
    """True where the thing itself is told to be the rest: `the cache makes up the remaining 40 %`."""
    took = _TAKES_REST.search(context.left) or re.search(
        rf"{re.escape(said_as(context, concept))} {_OTHER}", context.left
    )
    return bool(took) and not _OTHERS_DO.search(context.left) and not is_left_out(context, concept)


def is_left_out(context: Context, concept: str) -> bool:
    """True where a thing is told as what something else is without: `other drivers than volume`."""
    said = re.escape(said_as(context, concept))
    left_out = rf"\bwhat (?:the )?{said} (?:does|do|did) not\b|(?:than|from|for|besides|excluding|outside|without|but|except|save|bar|ignoring|leaving out) (?:the |more |higher |lower )?{said}"
    return bool(re.search(left_out, context.left) and REST.search(context.left))


def said_as(context: Context, concept: str) -> str:
    """The words by which the left of a figure names a concept."""
    told = [phrase for phrase, c in context.phrases if c == concept and phrase in context.left]
    return told[-1] if told else "\0"
