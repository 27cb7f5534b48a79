"""Families of words that many rules look for: beside figures, for what a cost has done, for what names name."""

from __future__ import annotations

import re

ABOUT = r"(?:(?:about|around|roughly|some|nearly|almost|only|just|approximately|~) )*"
"""Words that may stand before a figure and change nothing of what it is, each with the space after it."""
ABOUT_BEFORE = r"(?: (?:about|around|roughly|some|nearly|almost|only|just|approximately|~))*"
"""The same at the end of what stands before a figure."""
PART = "model|workflow|region|provider|environment|customer|user"
"""What a cost is split by."""
KIND = f"team|feature|pool|{PART}"
"""What a name can be the name of."""
SPARED = re.compile(
    rf"^ (?:of (?:the |all )?(?:Q\d+ )?)?(?:other |more |further )?(?:{KIND})s? (?:(?:is|are|was|were|remain\w*|stay\w*|stood) (?:not (?:affected|concerned|hit|touched|involved)|un(?:affected|touched|concerned|harmed)|spared|outside)|(?:show|saw|see|have|had|did not)\w* (?:no\b|nothing|see|show))"
)
"""What stands right of a number of those that were not hit."""
SUCCEEDED = re.compile(
    r"^ of (?:the |all |its )*(?:requests|calls) (?:now |still )?(?:(?:were|are|was|is) (?:\w+ )?successful|succeed\w*|went through|got through|worked)\b"
)
SUCCEEDED_TOO = re.compile(
    rf"\bQ\d+(?={SUCCEEDED.pattern[1:]})[^Q;]*(?:against|versus|vs|compared with|compared to|down from|up from|instead of|where){ABOUT_BEFORE}$"
)
"""What is said of the requests that did not fail, and before a second share of them."""
PEAK = re.compile(
    r"\b(?:peak\w*|(?:worst|costliest|dearest|priciest|highest|busiest|most expensive|top) (?:\w+ )?hour|at (?:its|the) (?:worst|height)|(?:its|the) (?:high|maximum) of)\b"
)
"""Words for the hour that cost most."""
OCCURS = r"(?:c(?:a|o)me up|came about|happened|occurred|appeared|struck|turned up|showed up|cropped up|popped up|(?:was|been|were) seen|(?:have|has|had|we) seen (?:it|this|that|the same|such (?:an? )?\w+)|fired|recurred|took place)"
"""Verbs for an incident that there was."""
RISE = "excess|overspend|overshoot|overrun|surplus|extra|increase|rise|jump|growth|surge|spike|hike|climb"
"""Nouns for how far the cost is above what was expected."""
FALL = "saving|reduction|decrease|drop|fall|decline"
"""Nouns for how far it is below."""
DIFFERENCE = f"{RISE}|{FALL}|difference|gap|change|swing"
"""Nouns for how far it is from what was expected, either way."""
REST = re.compile(
    r"\b(?:rest|remaining|remainder|others?|left|remains?|(?:all|everything|everyone|anything) else|(?:all|every|any|no)(?: of)?(?: the)?(?: other)? (?:drivers?|parts?|causes?|factors?|components?) (?:but|except|bar|save)|apart from|aside from|besides|excluding|outside|elsewhere|all but|everything but|except(?: for)?|other than|(?:does|do|did) not (?:explain|account for|cover)|not explained by|leaving out|taken out|left out|set aside|leaving aside|not counting|disregarding|net of|without|headroom|spare|room|unspent)\b"
)
"""Words that tell what is left without something."""
RIGHT_UP = re.compile(
    rf"^ ?(?:more|higher|above|over|extra|dearer|costlier|too much|in excess|longer|larger|bigger|greater|up\b(?! to)|(?:{RISE})\b)"
)
"""What stands right of a figure that tells how far it is above."""

RIGHT_DOWN = re.compile(
    rf"^ ?(?:less|lower|below|under|cheaper|fewer|shorter|smaller|down\b(?! to)|(?:{FALL})\b|(?:(?:went|was|were|is|stayed|remained) )?unspent\b)"
)
"""What stands right of a figure that tells how far it is below."""

NOUN_UNITS = {
    "token": {"tokens", "tokens_per_request"},
    "request": {"requests", "requests_per_run"},
    "call": {"requests", "requests_per_run"},
    "run": {"runs"},
    "execution": {"runs"},
}
"""By a noun beside a figure, what its value can count."""


FUNCTION_WORDS = frozenset(
    [
        "a", "also", "an", "and", "any", "are", "as", "at", "be", "been", "being", "by", "do", "does", "for",
        "from", "had", "has", "have", "here", "in", "is", "it", "its", "just", "now", "of", "on", "one", "or",
        "our", "out", "so", "still", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to",
        "up", "was", "we", "were", "what", "which", "who", "whom", "will", "with",
    ]
)  # fmt: skip
"""Words that say nothing of their own."""
