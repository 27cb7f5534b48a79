"""How sure is a thing told: certain, likely, or open?"""

from __future__ import annotations

import re

_CERTAIN = (
    r"(?<!Q\d )(?<!how )certain(?:ly|ty)?(?! (?:amount|sum|share|part)\b)|definite(?:ly)?|(?<!Q\d )sure(?:ly)?|guarantee\w*|undoubtedly|doubtless|"
    r"no (?:doubt|question)|(?:without|beyond) (?:a |any |all |every )?(?:doubt|question)|unquestion\w+|categorically|undeniabl\w+|indisputabl\w+"
)
FORESEEN = re.compile(
    rf"\b(?:{_CERTAIN}|inevitabl\w+|unavoidabl\w+|bound to|no (?:way|chance)|destined|set in stone|as good as|come what may|no matter what|cannot fail to|foregone|clearly going to)\b"
)
"""Words that tell what is to come as certain."""
PROVEN = re.compile(
    rf"\b(?:{_CERTAIN}|proven|proves?|proof|confirmed|clearly|obviously|established|evidently|(?:is|are) (?:now |quite |perfectly |entirely )?clear|is known to be|known cause|verified|demonstrabl\w+|of course|conclusive\w*|must (?:be|have)|the fact that|plainly|nothing but|shown to be|showed|shows that|has been shown|(?<!as )is shown|(?<!what )(?<!as )we know(?! of)|turned out)\b"
)
"""Words that tell what was as certain."""

HEDGE = re.compile(
    r"\b(?:likely|likeliest|best guess|most plausibly|in all probability|probabl[ey]|suspected|suspect|appears?|seems?|apparently|presumably|points? to|pointing to|suggests?|looks? like|looks to be|best explanation|candidate|indicat\w+|in all likelihood|most plausible|plausibl[ey]|assumed|we think|we believe|believed|chances are|consistent with|as far as|by all appearances|the signs)\b"
)

MAYBE = re.compile(
    r"\b(?:may|might|could|possibl[ey]|perhaps|whether|unclear|not (?:shown|proven|known|certain|clear|established|confirmed|been shown|yet)|unproven|unconfirmed|coincid\w+|open|unknown|can(?:not| not)|no (?:proof|evidence)|not necessarily|does not (?:show|prove|mean)|doesn't|isn't|remains to be|nobody|does not|not|neither|question|maybe|nothing|premature|too (?:early|soon)|hasty|unwarranted|speculat\w+|conjecture|doubtful|debatable|uncertain|undetermined|unverified|unsettled|untested|no more than)\b"
)
"""Words that leave a thing open; HEDGE has those that tell it as likely."""
