"""Is it still going on or over, and was it planned?"""

from __future__ import annotations

import re

from explainer.checker.events import words_of
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_ONGOING = re.compile(
    r"\b(?:status|state) : (?:still )?(?:open|active|running|live)\b|\b(?:(?<!larger )(?<!higher )(?<!more )(?<!greater )(?<!smaller )(?<!lower )still(?! (?:(?:be|have) (?:[a-z]+ )?Q\d|set|on (?:course|track)|expected|due|forecast|projected|within|below|under|leaves|room|fits?|headed|heading|(?:much |far |well |clearly |somewhat )?(?:less|more|fewer|short|far|just|only|dearer|cheaper|smaller|larger)\b|an?|the|open whether|unclear|unknown|not (?:known|clear|shown))\b)|ongoing|continues|continuing|under way|underway|not (?:yet )?(?:ended|over|stopped|finished|returned|come back|gone back|back)|has yet to|yet to (?:end|return)|so far|keeps? (?:going|on)|goes on|persists?|is (?:running|going)(?! (?:hot|well|far|\w+ )?(?:at|above|over|below|under|higher|Q\d|far|well|clearly))|has been going on|has been running|has not (?:yet )?(?:been )?(?:ended|stopped|returned|come|gone|finished|over|eased|subsided|recovered|settled|resolved|abated|normali[sz]ed|let up)|continue|remains (?:open|elevated|high|above)|(?:is|are) (?:still )?live\b|no end|(?:is|are|keeps?) (?:now |currently )?(?:overrunning|growing|rising|climbing|burning|increasing|continuing|getting dearer))\b(?!(?: \w+){0,4} (?:Q\d+ (?:a|per|each|every) (?:week|day|D\d+)|Q\d+ D\d+|Q\d+ weekly))"
)
_ENDED = re.compile(
    r"\b(?:status|state) : (?:now |all )?(?:ended|over|closed|resolved|finished|done|settled|normal)\b|\b(?:(?:has|had|is|it|was|have|which|then|and|now|since) (?:now |since |already )?(?:ended(?! (?:up )?(?:on|at|with|above|below|over|under) (?:\w+ ){0,2}Q)|over(?! (?:its|the|their|what|our|this|expect\w*|budget|Q\d))|finished|stopped|resolved|closed|past|concluded)|ended(?! (?:up )?(?:on|at|with|above|below|over|under) (?:\w+ ){0,2}Q)|is over(?! (?:its|the|their|what|our|this|expect\w*|budget|Q\d))|^over\b(?! (?:to (?:team )?N\d|by (?![TD]\d)|budget|expect\w*|plan|forecast|the|its|an?|T\d|D\d|Q\d))|over at last|all over|back (?:to|at) (?:normal|its|the)|(?:has|have) (?:now |since )?(?:returned|gone back|recovered|normalised|normalized|settled|subsided)|returned to|no longer (?:going|running|ongoing)|came to an end|(?:has|have|had) come to an end|all clear|it ran from|finished|(?<!has )(?<!have )lasted|is done|(?:has|have|had) (?:now |since )?(?:levell?ed off|come to rest|died down|petered out|tailed off|gone away|vanished|disappeared|blown over|abated|eased)|behind us|run its course|recovered|calmed(?: down)?|cooled (?:down|off)|quietened(?: down)?|normalised|normalized|went back to|over now|stopped)\b(?! (?:working|serving|caching|being|using|reading|hitting))"
)


_INCIDENT = re.compile(
    r"^ ?(?:and |but |so )?(?:it|this|that)\b|\b(?:incident|anomaly|episode|spike|cost|costs|spend|spending|bill|overspend|rise|excess|N\d+)\b"
)
_SUBJECTS = r"credits?|commitments?|invoices?|figures|estimates?|acknowledg\w+|causes?|reasons?|link|connection|question|answers?|step|requests? for"


def _of_the_incident(text: str, known: Known) -> str:
    """The text without the parts that speak of the state of something else, as a credit or an invoice."""
    others = {w for f in known.facts if f.kind == "state" and f.name not in ("state", "planned") for w in words_of(f)}
    subjects = re.compile("|".join([rf"\b(?:{_SUBJECTS})\b", *(rf"\b{re.escape(w)}" for w in others if len(w) > 4)]))
    for part in re.finditer(r"[^,;:()—–]+", text):
        if subjects.search(part[0]) and not _INCIDENT.search(part[0]):
            text = text[: part.start()] + " " * len(part[0]) + text[part.end() :]
    return text


def state_faults(text: str, known: Known) -> list[str]:
    """What is told as going on has not ended, and what is told as over has."""
    state = known.text("state")
    if state not in ("ongoing", "ended"):
        if known.by_name.get("ended_at"):
            state = "ended"
        else:
            return []
    if state == "ended" and "and counting" in text:
        return ["and counting: it has ended"]
    text = _of_the_incident(text, known)
    if ("so far" in known.texts or known.by_name.get("month_to_date")) and re.search(r"\bmonth|\bbudget", text):
        text = re.sub(r"\bso far\b", " ", text)
    plain = re.sub(r"\b(?:if it|if this|should it|were it to|if nothing) [^,]*", " ", text)
    plain = re.sub(
        r"\b(?:requests|calls|runs|tokens) still (?:succeed|work|come|came|go|went|get|got|use|pass|run|ran|reach|failed)(?:ed|d)?\b|\b(?:version|release|model|flag|build) (?:\" )?N\d+(?: \")? (?:is|was) (?:now |currently |still )*(?:live|running|active|in use|on)\b|\bQ\d+ (?:(?:that|which|by which) (?:[^,;.Q]{1,40}? )?|N\d+ )(?:is|are|was|were|has been|ran|runs|went|has gone) (?:now |currently )?over\b|\bover and above\b|\b(?:was|were|had been) (?:(?:already|not|yet|still|well) )*(?:under way|underway|running|ongoing|going on|in progress|open|over)(?= (?:when|by the time|as|at the time|once)\b)|\b(?:should|ought to) have (?:been over|ended|stopped|finished)\b|\b(?:due|planned|scheduled|expected|supposed|meant|forecast|set|projected) to (?:have )?end\w*|\bmonth\w* (?:is |will |should )?[^.]*\bend\w*\b",
        " ",
        plain,
    )
    if re.search(r"\b(?:coinciden\w+|known|shown|proven)\b", plain):
        plain = re.sub(r"\bso far\b", " ", plain)
    ongoing, ended = _ONGOING.search(plain), _ENDED.search(plain)
    if ongoing and ended:
        ended = (
            None
            if re.search(r"\b(?:not|n't|yet to|yet)\b", plain[max(0, ended.start() - 14) : ended.end()])
            or ongoing.start() <= ended.start() < ongoing.end()
            else ended
        )
    joined = (
        r"\band (?:it )?$"
        if ended and ended[0].startswith(("is", "has", "was"))
        else r"\band (?:it )?(?:is|has|was) (?:now )?$"
    )
    if ongoing and ended and state == "ongoing" and re.search(joined, plain[: ended.start()]):
        return [f"{ended[0]}: it cannot be both"]
    if ended and re.search(r"\b(?:not|n't|never|yet)\b[^,]{0,12}$", plain[: ended.start()]):
        return [] if state == "ongoing" else ["it has ended"]
    if ongoing and re.search(r"\b(?:no longer|not) $", plain[: ongoing.start()]) and not ongoing[0].startswith("not"):
        return [] if state == "ended" else ["it is still going on"]
    if ongoing and not ongoing[0].startswith(("not", "has")) and negated(plain, ongoing.start()):
        return [] if state == "ended" else ["it is still going on"]
    if (
        ongoing
        and not ended
        and state == "ended"
        and not re.search(r"\b(?:planned|batch|announced)\b.*\bended\b", plain)
    ):
        return [f"{ongoing[0]}: it has ended"]
    if ended and not ongoing and state == "ongoing":
        return [f"{ended[0]}: it is still going on"]
    return []


UNPLANNED = re.compile(
    r"\b(?:(?:announcement|notice|warning) [:=] (?:no|not|none|nothing)\b|(?:nobody|no one|none of us|no (?:team|owner)) (?:(?:had|has|was|were|ever|been|really|got) )*(?:(?:told|informed|warned|notified|alerted)(?= (?:\w+ )?(?:ahead|beforehand|in advance|before the launch|about the launch|of the launch|that it (?:would|was coming)))|(?:(?:given|any|a) )?(?:notice|warning|word)\b)|(?:nobody|no one) (?:told|warned|informed) (?:us|anyone|anybody|the \w+) (?=[^,;.]*\b(?:launch\w*|beforehand|ahead|in advance|coming)\b)|no (?:word|news|mention|heads-up) (?=[^,;.]*\b(?:launch|beforehand|ahead|in advance)\b)|unannounced|unplanned|not (?:been )?(?:announced|planned)|(?:nobody|no one|none of us) (?:(?:had|has|was|were|ever|been|really) )*(?:announced|planned|scheduled|foreseen|foresaw|told of|informed of|knew of|known of|known about|knew about|aware of|expecting|expected|warned of)|without (?:an )?(?:announcement|notice|warning)|never announced|wasn't announced|was not announced|unscheduled|unforeseen|ad hoc|spur of the moment|out of the blue|no announcement|(?<!no )(?<!for )surprise|no [\w ]{3,20}? (?:had|has|was) (?:been )?announced)\b"
)
_PLANNED = re.compile(
    r"\b(?:announced|planned|scheduled|as planned|expected event|pre-announced|(?:known|told|flagged|agreed|communicated|notified) (?:\w+ )?(?:beforehand|in advance)|no surprise|intended|deliberate|on purpose|(?:after|following|upon) (?:an? |the |its |due |prior )*(?:announcement|notice|warning)|(?<!of )(?:it|this) (?:was|had been) (?:all |fully )?expected(?= ?[.,;]|$))\b"
)


_ON_TIME = re.compile(
    r"\b(?:stay\w*|kept|keeps?|ran|was|finish\w*|ended) (?:with)?in (?:its|the|their) (?:\w+ )?(?:time|plan|schedule|window|slot)\b|\b(?:ended|finished|stopped|ran) (?:\w+ )?(?:as|when) (?:planned|scheduled|announced)\b|\b(?:on time|on schedule)\b"
)


def planned_faults(text: str, known: Known) -> list[str]:
    """What is told as planned or announced, or as neither, and as within its time, is so by a fact."""
    unplanned = UNPLANNED.search(re.sub(r"\b(?:none|nothing|not|hardly|no) [\w ]{0,24}surprise", " announced ", text))
    planned = (
        None
        if unplanned
        else _PLANNED.search(
            re.sub(
                r"\b(?:than|what|over|above|below|as) (?:(?:was|had been|we|it|had|were) ){0,2}planned(?: for)?\b",
                " ",
                text,
            )
        )
    )
    within = _ON_TIME.search(text)
    if within and known.by_name.get("overrun_hours") and not negated(text, within.start()):
        return [f"{within[0]}: it ran past its plan"]
    state = known.text("planned")
    backed = (
        state in ("planned", "announced")
        or bool(known.by_name.get("planned_until"))
        or "was announced" in known.texts.replace("was not announced", "")
    )
    if unplanned and not (
        state in ("unannounced", "unplanned") or "unannounced" in known.texts or "not announced" in known.texts
    ):
        return [f"{unplanned[0]}: no fact says so"]
    if planned and not backed and not (planned[0] == "planned" and "planned" in known.texts):
        return [f"{planned[0]}: no fact says so"]
    return []
