"""What texts like to add and no fact has: how it developed, how it is graded, how it ended, what was meant, what was
put in place. Each is fine where a fact's sentence has a word of it."""

from __future__ import annotations

import re

from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_PERIOD = r"(?:hours?|days?|nights?|weeks?|weekends?|months?|mornings?|afternoons?|evenings?)"
_COURSE = re.compile(
    r"\b(?:peak(?:s|ed|ing)?|at (?:its|the) (?:height|worst|highest|lowest|peak)|the worst (?:of it |part |day |hour |is |was )*(?:is|was|seems|lies|came|fell)|(?:gain|gather|los|pick)(?:s|ed|ing)?(?: up)? (?:pace|speed|momentum|steam)|"
    r"accelerat\w+|decelerat\w+|speed(?:s|ed|ing)? up|slow(?:s|ed|ing) down|growth (?:has |had |then |also )*(?:slowed|quickened|eased|sped up|picked up|stalled|halved|doubled|steepened)|taper\w*(?: off)?|flatten\w*(?: out| off)?|plateau\w*|front-loaded|back-loaded|turning point|turned the corner|"
    r"(?:has|have|had) been (?:shrinking|easing|falling|declining|receding|fading|narrowing|widening|mounting|building|stabili[sz]ing|volatile|fluctuating)|fluctuat\w+|swung|see-?saw\w*|up and down|in (?:waves|bursts|steps|two phases)|"
    r"(?:built up|accrued|accumulated|arose|piled up) (?:mostly |mainly |entirely |largely |only )?(?:in|on|within|during|over) (?:the|its) (?:very )?(?:first|last|final|opening|early|late|closing)\b|(?:half|most|much|all|part|the bulk|the rest|Q\d+)(?: of (?:it|this|that|the \w+))? (?:fell|came|arose|accrued|occurred|happened|built up|accumulated|was (?:spent|incurred|run up))(?: up)? (?:in|on|within|during|over|at) (?:the )?(?:very )?(?:first|last|final|opening|second|early|latter|late|closing)\b)"
)
_GROWS = re.compile(
    r"\b(?:keeps? (?:on )?(?:growing|rising|climbing|increasing)|(?:gr[eo]w\w*|ris\w+|climb\w*) (?:by the|every|each) (?:minute|hour|day|week)|and (?:rising|growing|climbing|counting)(?= ?[.,;!]|$)|from day to day|day (?:by|after) day|"
    r"week (?:by|after) week|bit by bit|little by little|(?:had|has|have) (?:already |long |slowly |quietly |steadily )*been (?:already |long |slowly |quietly |steadily )*(?:creeping|climbing|rising|growing|increasing|mounting|drifting)|"
    r"(?:creep|climb|ris|grow|drift|increas)(?:ing|ed)?(?: up)?(?: \w+)? (?:all|for|over|through|since)(?: (?:of|the|some|many|last|past|several))* (?:spring|summer|autumn|fall|winter|year|years|quarters?|months?|weeks|time|while)|for (?:\w+ )?(?:months|weeks|years|ages|some time|quite a while)(?! (?:before|ahead))|(?:months|weeks|years) (?:ago|in a row|running|on end))\b"
)
_SEASON = re.compile(r"\b(?:last|previous|this|next|all) (?:quarter|year|spring|summer|autumn|winter)\b")
_TABLE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said), backed)
    for said, backed in (
        # how it is graded
        (
            r"\b(?:sev(?:erity)?[ -]?(?:Q?\d|one|two|three)|priority|p[0-4] incident|criticality|urgency|tier[ -](?:Q?\d|one|two))\b",
            r"severity|priority|sev|critical|tier",
        ),
        (
            r"\b(?:class(?:ed|ified)|rated|graded|categori[sz]ed|ranked|treated|filed|marked|labell?ed|logged) (?:it |this )?(?:as|under) (?:an? |the )?(?:low|high|medium|minor|major|critical|urgent|routine|severe|serious|harmless|normal|top|false)\b",
            r"class|rated|graded|severity|priority",
        ),
        # how it ended
        (
            r"\b(?:end|ended|ends|stopped|over|finished|resolved|subsided|closed|went away|disappeared|died down|came to an end)(?: again)? (?:(?:all )?(?:by|of) itself|on its own|of its own accord|by hand|manually|automatically|when|once|because|thanks to|due to|as soon as|through)\b(?! (?:the )?(?:incident|T\d|D\d))",
            r"by hand|manual|automatic|stopped|itself|resolved|limit was",
        ),
        (
            r"\b(?:brought|bring|put|putting) (?:it|this|that|the \w+|an end|a stop|a halt)(?: \w+)? (?:to an end|to a halt|to a stop|under control|to it|to this|to the)\b",
            r"brought|put an end|stopped",
        ),
        # what was meant
        (
            r"\b(?:wanted|want|tried|trying|hoped|hoping|wished|sought|aimed|meant|intend\w*|was keen|were keen|chose|opted) to\b(?! (?:have |be |cost |end|finish|last|run|stop))|\b(?:on purpose|as an experiment|by choice|out of (?:carelessness|negligence|haste))\b",
            r"purpose|meant|intend|wanted|chose",
        ),
        # what is wrong
        (
            r"\b(?:is|are|was|were|being|seems?) (?:simply |still |now |plainly )?(?:wrong|incorrect|misconfigured|mis-set|outdated|stale|out of date|flawed|invalid|ill-designed|badly (?:set|written|configured)|set (?:wrongly|incorrectly))\b",
            r"wrong|incorrect|misconfig|outdated|stale|flawed|invalid",
        ),
        # what was put in place
        (
            r"\b(?:has|have|had|was|were|is|are|been) (?:since |now |already |just )?(?:been )?(?:put|now|set|already) (?:in|into) (?:place|force|effect|operation)\b|\b(?:has|have) (?:since |now |already |just )?been (?:introduced|installed|imposed|implemented|applied|added|tightened|set up|activated|configured|adjusted|lowered|raised|shut|stopped|throttled|rolled out)\b|\b(?:was|were|been|got) (?:simply |accidentally |still )?(?:left|kept|forgotten) (?:on|running|open|behind|unattended|unchecked|in place|active)\b",
            r"in place|introduced|installed|imposed|implemented|applied|set up|rolled",
        ),
        # the others
        (
            r"\b(?:all|the|its|their|our|every|each|any|most|some|Q\d+|many|several|no)(?: of)?(?: the| its| their)? other (?:features?|teams?|workflows?|models?|products?|services?|customers?|companies|departments|projects)(?: (?:of|in|at|by|on|owned by) (?:team )?(?:N\d+|the \w+))? (?:also |all |both |still )?(?:stay\w*|remain\w*|kept|keep|are|were|is|was|show\w*|cost|saw|see|ran|run|behav\w*|did|do|have|had|rose|fell|moved|went|look\w*)\b",
            r"other",
        ),
    )
)


def unspoken_faults(text: str, known: Known) -> list[str]:
    """What a sentence adds that no fact speaks of."""
    grows = bool(known.by_name.get("growth_per_week") or known.by_name.get("growth_days"))
    if (told := _GROWS.search(text)) and not grows and not negated(text, told.start()):
        return [f"{told[0]}: no fact says that it grows"]
    if (told := _SEASON.search(text)) and told[0] not in known.texts:
        return [f"{told[0]}: no fact speaks of it"]
    if (told := _COURSE.search(text)) and not re.search(
        r"\bpeak|dearest|highest|worst|slow|accelerat|steps", known.texts
    ):
        return [f"{told[0]}: no fact says how it went on"]
    for said, backed in _TABLE:
        if (told := said.search(text)) and not re.search(rf"\b(?:{backed})", known.texts):
            return [f"{told[0]}: no fact speaks of it"]
    return []
