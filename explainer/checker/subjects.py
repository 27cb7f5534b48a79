"""What is a figure about: the phrase right after it where they are linked, else the nearest one before it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from explainer.checker.concepts import COST
from explainer.checker.families import ABOUT, DIFFERENCE, RISE
from explainer.checker.sentence import Sentence

Span = tuple[int, int, str]
"""Start, end and concept of a phrase."""


_RIGHT_LINK = re.compile(
    r"^ ?(?:tokens? |calls? |requests? )?(?:of (?:the|its|this|that|all|all the) [\w']+(?: (?!and\b|or\b|but\b|while\b)[\w']+)? )?"
    r"(?:(?:, (?=that|which))?(?:(?:that |which |and )?(?:comes?|came|coming|stems?|stemmed|stemming|is|are|was|were|goes|went|falls?|sits?|lies|(?<=is )what|(?<=was )what|due|because|thanks|owing|results?|resulted|resulting|down|caused|explained|driven|accounted|attributable|traced|of it|mostly|mainly|directly|now|served|read|taken|drawn|handled|processed|billed|can be|can|be|put|has to do|traces back|arises?|back|alone) )+"
    r"(?:(?:from|by|to|is|are|was|were|in|for|through|on|of|due to|because of|with) )?|(?:(?:from|by|to|in|for|through|on|of|due to|because of|with) )?)(?:the |more |fewer |less |longer |shorter |higher |lower |additional |extra |plain |run |an? |workflow |model |region |customer |environment |provider )*$"
)
_WHOLE = re.compile(
    rf"^ (?:or so )?of (?:the|its|that|this|a total of)? ?{ABOUT}Q\d+(?: or so| in all| in total)?(?: (?:{RISE}|difference))?|^ ?\( [^()]* \)|(?<=of that) \( [^()]* \)"
)
_OF_THE_COST = re.compile(
    r"(?:^|[,;:.] )(?:the |its |this |our )?(?:(?:cost|costs|bill|spend|spending)(?: (?:of|for|on) (?:[a-z]+ )*?N?\w+)?|N\d+(?: 's (?:cost|bill|spend))?|it) (?:is|was|are|were|has|have|went|rose|fell|grew|dropped|climbed|jumped|increased|decreased|cost|costs)\b[^,;:Q]*$"
)
_MOVE_OF = re.compile(
    rf"^(?P<by> (?:\w+ )?(?:{DIFFERENCE}) (?:on|in|of|for|at|with) (?:the |our |its )?)(?:N\d|feature N\d|costs?\b|bill\b|spend)"
)
"""A figure that tells how far the cost, or a named thing, has moved."""
_BECAUSE = re.compile(r" (?:\w+ ){0,3}?(?:because of|due to|thanks to|owing to|on account of|as a result of) ")
_MANY = re.compile(r" (?:as (?:many|much)|(?:the )?number of)(?: (?!as\b|than\b)\w+)? ")
_SHARE_OF = re.compile(r"^ of (?:the |all |its |their )*$")
_SHARED_BY = re.compile(r"^ of (?:the |all |its |their )*[a-z ]{3,24}?(?= (?:are|is|was|were|come|comes|came|now)\b)")


def listed_subject(sentence: Sentence, index: int, spans: Sequence[Span]) -> str | None:
    """What a figure of a list belongs to: `A, B and C show an excess of Q1, Q2 and Q3`, each to each."""
    text = sentence.text
    for match in re.finditer(
        rf"\bQ\d+(?:(?: ,| and| , and| against| versus| vs| compared with| to) {ABOUT}Q\d+)+",
        text,
    ):
        marks = [int(q) for q in re.findall(r"Q(\d+)", match[0])]
        if index not in marks:
            continue
        told = sorted({*(s for s in spans if s[1] <= match.start()), *_costs(text[: match.start()], spans)})
        listed = told[-len(marks) :]
        gaps = [text[a[1] : b[0]] for a, b in itertools.pairwise(listed)]
        if len(listed) == len(marks) and all(
            re.fullmatch(
                r" (?:, |and |, and |outweighs? |leads? |beats? |exceeds? |tops? |dwarfs? |(?:[a-zN]+\d* ){0,6}than )(?:the )?",
                g,
            )
            for g in gaps
        ):
            return listed[marks.index(index)][2]
    return None


_COST_LISTED = re.compile(
    r"(?:\b(?:than|and) (?:the |its )?|(?:^|[,;:.] )(?:the |its |our )?(?=(?:\w+ ){2,8}than\b)|\bboth (?:the )?(?=\w+ and\b)|^(?:the )?(?=\w+ and \w+ both\b))(?P<what>costs?|bill|spend(?:ing)?|N\d+(?= (?:grew|rose|went|climbed|fell|shrank|dropped)\b))"
)


_LEADS_BY = re.compile(
    r" (?:outweighs?|outweighed|leads?|led|beats?|tops?|exceeds?|exceeded|dwarfs?|is ahead of|weighs more than|by) (?:(?:a factor of|about|around|roughly|more than|almost|nearly|the|well over|just over) ?)*"
)
_BY = re.compile(
    rf"(?:^|[,;:.] |\b(?:and|while) )(?:(?P<name>N\d+)|the (?P<which>former|latter)) (?:(?:is|was|went|has|fell|rose|up|down) ){{0,3}}by {ABOUT}$"
)
"""`the feature by Q0, requests by Q1`: a move that was told before, of each."""


def _costs(text: str, spans: Sequence[Span]) -> list[Span]:
    """Where a text speaks of the cost, outside of other phrases, as what something is compared with."""
    found = (m.span("what") for m in _COST_LISTED.finditer(text))
    return [(start, end, COST) for start, end in found if not any(s[0] < end and start < s[1] for s in spans)]


def subject_of(
    text: str, at: re.Match[str], spans: Sequence[Span], before: str | None, *, versus: bool = False
) -> str | None:
    """What a figure is about: the phrase right after it where they are linked, else the nearest one before it."""
    earlier = [s for s in spans if s[1] <= at.start()]
    earlier = [s for s in earlier if not re.search(r"Q\d+ of (?:the |all |its )*$", text[: s[0]])] or earlier
    later = [s for s in spans if s[0] >= at.end()]
    if by := _BY.search(text[: at.start()]):
        if by["which"]:
            told = [
                c for _, _, c in sorted({*(s for s in spans if s[1] <= by.start()), *_costs(text[: by.start()], spans)})
            ]
            return told[-2 if by["which"] == "former" else -1] if len(told) == 2 else None
        if not any(start <= by.start("name") < end for start, end, _ in spans):
            return COST
    opens = re.fullmatch(rf"(?:.*[,;:] )?(?:at|with) {ABOUT}", text[: at.start()])
    if (
        later
        and opens
        and re.fullmatch(r" (?:or so )?(?:of (?:the|it)[a-z ]*)?, (?:the )?", text[at.end() : later[0][0]])
    ):
        return later[0][2]
    if earlier and re.fullmatch(r" (?:of|is|was|at|:|\() (?:\w+ )?", text[earlier[-1][1] : at.start()]):
        return earlier[-1][2]
    if (
        versus
        and len(earlier) > 1
        and _LEADS_BY.fullmatch(text[earlier[-2][1] : earlier[-1][0]])
        and _LEADS_BY.fullmatch(text[earlier[-1][1] : at.start()])
    ):
        return earlier[-2][2]
    if versus and earlier and later and re.fullmatch(r" (?:the |that of |those of )?", text[at.end() : later[0][0]]):
        return earlier[-1][2]
    if not versus and (moved := _MOVE_OF.match(text[at.end() :])):
        return next((c for start, _, c in later if start == at.end() + moved.end("by")), COST)
    apposed = text[: at.start()].rstrip().endswith(",") and text[at.end() :].startswith(" ,")
    for position, (start, end, concept) in enumerate(later):
        if text[at.end() : start] == " ( " and text[end:].startswith(" )"):
            return concept
        # What a share is of, and the whole that is told beside a part, are not what the figure is about.
        between = re.sub(r"^ ?\)(?= \w)", "", _WHOLE.sub("", text[at.end() : start]))
        if re.fullmatch(r" (?:the )?", between) and text[at.end() :].startswith(" )"):
            break
        between = between.removeprefix(" ,") if apposed else re.sub(r" , Q\d+ ,(?= )", "", between)
        if _MANY.fullmatch(between):
            return concept
        if (
            earlier
            and _SHARE_OF.match(between)
            and not re.search(
                r"Q\d|[,;:(]| and | while | but ",
                re.sub(r"\bQ\d+ (?:, )?to $", "", text[earlier[-1][1] : at.start()]),
            )
        ):
            return earlier[-1][2]
        if "Q" in between:
            break
        if position + 1 < len(later) and _SHARE_OF.match(between) and "Q" not in text[start : later[position + 1][0]]:
            continue
        if not position and not earlier and _OF_THE_COST.search(text[: at.start()]) and _BECAUSE.match(between):
            break
        if _RIGHT_LINK.match(_SHARED_BY.sub("", between) if position else between):
            return concept
    if earlier:
        return earlier[-1][2]
    if spans and not re.match(r"(?:the |its )?(?:cost|spend|bill|[A-Z]\d)", text):
        near = [s for s in later if not re.search(r"[Q,;:(—–]", text[at.end() : s[0]])]
        if len(near) > 1 and _SHARE_OF.match(text[at.end() : near[0][0]]):
            return near[1][2]
        return near[0][2] if near else None
    return before if re.search(r"(?:^|^[^,;:]*, )(?:it|they|that|this|which)\b", text) else None
