"""What texts like to add and no fact of a cost knows: what it does to the business, how bad it is, who noticed, how users
fare, how it developed and ended, what was meant and put in place. Each is backed only where a fact speaks of it too."""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.families import KIND
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_BUSINESS = (
    r"margins?|profits?|profitab\w+|earnings|runway|reserves?|contingenc\w+|cash|liquidity|investors?|shareholders?|(?<!across the )board|"
    r"headcount|hiring|layoffs?|bottom line(?! :)|top line|fund(?:s|ing)?|savings account|set aside|write-?offs?|insurance|"
    r"lawsuits?|legal|contract(?:s|ual)?|sla|slas|reputation|churn|business case|viab\w+|(?:quarter|year|team|company) ?'s targets?|"
    r"(?:another|other|the next) (?:project|launch)s?|overtime|weekend work"
)

_ALARM = (
    r"emergenc\w+|cris[ei]s|critical\w*|severe\w*|severity|serious\w*|grave|alarm(?:s|ed|ing|ingly)?|catastroph\w+|disast\w+|dire|"
    r"dangerous\w*|panic\w*|worr(?:y|ied|ies|ying|isome)|(?:is|are|was|looks?|very|deeply|quite) concerning|(?<!as )concerns?(?= ?[.,;]|$)|scary|shock(?:ing|ed)?|outrageous\w*|scandal\w*|"
    r"out of (?:control|hand)|harmless|(?<!not )trivial|lose sleep|sleep over|fear\w*|afraid|nightmare|blunder\w*|fiasco|painful\w*|unacceptable|"
    r"(?:is|was|looks?|seems?) (?:\w+ )?(?:dramatic|tragic|dreadful|terrible|awful|acceptable|tolerable|bearable|manageable|fine)"
)

_NOTICED = (
    r"notic(?:ed|es|ing)|unnoticed|spott(?:ed|ing)|spots|discover\w*|detect(?:s|ing|ion|ors?)?|detected(?! (?:on|in|for|at) N\d)|undetected|caught|flagg(?:ed|ing)|paged|pager|(?<!cost )(?<!spend )(?<!spending )(?<!budget )(?<!this )alert\w*(?! [:—–])|"
    r"point(?:s|ed) (?:\w+ ){0,4}out|dr[ae]w (?:\w+ )?attention|(?:to|came to) (?:our|their) attention|became aware|reali[sz]ed|tipped off|monitor(?:s|ed|ing)?|found out|find out|came to light|eye on|watch(?:ed|es|ing)?|picked (?:it|this|that) up|picked up on|alarm bells|learn(?:ed|t) (?:of|about)"
)

_SERVED = (
    r"customers?|users?|clients?|subscribers?|visitors?|competitors?|regulators?|auditors?|"
    r"(?:got|gets?|getting|became|becomes?|were|was|is|are|ran|felt|feels?) (?:\w+ )?(?:slow(?! (?:\w+ )?(?:growth|rise|climb|increase|creep))|slower|sluggish|unavailable|unreliable|unresponsive)|"
    r"slow(?:ed|s|ing)? (?:things|everything|the service|answers|responses)|response times?|wait(?:ed|ing)? (?:longer|times?)|downtime|degrad\w+"
)

_BROKE = r"expir(?:ed|es|y)|flushed|purged|invalidat\w+|evicted|emptied|reset|restart\w*|reboot\w*|redeploy\w*|corrupt\w*|overload\w*|saturat\w*|stuck|hung|backlog|duplicat\w*|misrout\w*|quotas?|out of memory"

_FAILED = r"fail(?:s|ed|ing|ures?)?(?! to\b)|errors?|crash\w*|timeouts?"

_MATTERS: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = tuple(
    (re.compile(said), re.compile(rf"\b(?:{backed})") if backed else None)
    for said, backed in (
        (rf"\b(?:{_BUSINESS}|{_ALARM}|{_BROKE}|{_SERVED})\b(?! N\d)", ""),
        (rf"\b(?:{_NOTICED})\b(?! N\d)", _NOTICED),
        (rf"\b(?:{_FAILED})\b(?! N\d)", "fail|error|outage"),
        (r"\bfigures (?:are|were) (?:only |still )?(?:estimat|provisional|preliminary)\w*", ""),
        (r"\blast used?\b", "last use"),
        (
            r"\b(?:accruals?|provisions?|journal entr(?:y|ies)|purchase orders?|credit notes?|refunds?|chargebacks?)\b[^,;.]*? (?:has|have|had|was|were|is|are) (?:already |now )?(?:been )?(?:posted|booked|made|raised|filed|recorded|issued|requested|approved)\b",
            "accru|provision|posted|booked|refund",
        ),
        (
            r"\b(?:post-?mortems?|root[- ]cause analys[ei]s|run-?books?|playbooks?|transcripts?|retrospectives?|full (?:report|story|log|list|breakdown))\b",
            "",
        ),
        (r"\b(?:releases?|deploy(?:ed|ment|s)?|rollout)\b", "release|deploy|version"),
        (
            r"\b(?:retire|decommission|shut(?:ting)? ?down|sunset|discontinu|terminat)\w*\b",
            r"retire|decommission|shut(?:ting)? ?down|sunset|discontinu|terminat",
        ),
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
        # since when
        (
            r"\b(?:rising|growing|climbing|increasing|creeping|falling|declining|dropping|moving|changing|shifting|high|elevated|up|rose|grew|climbed|risen|grown|climbed|ris(?:e|en)|beg[au]n to|started to|started (?:rising|growing))\b[^,;.QT]{0,24}\b(?:well|long|already|even|some time|shortly|just|D\d+|days|hours|weeks|months) (?:before|ahead of|prior to) (?:it|that|this|then|the (?:start|incident|release|rise|spike|jump|change))\b",
            r"grow|creep",
        ),
        # what is wrong
        (
            r"\b(?:is|are|was|were|being|seems?) (?:\w+ )?(?:wrong|incorrect|misconfigured|mis-set|outdated|stale|out of date|flawed|invalid|inefficient|wasteful|ill-designed|badly (?:set|written|configured)|set (?:wrongly|incorrectly))\b|\b(?:faulty|broken(?! down)|buggy)\b",
            r"wrong|incorrect|misconfig|outdated|stale|flawed|invalid|inefficient|wasteful|faulty|broken|buggy",
        ),
        # what was put in place
        (
            r"\b(?:has|have|had|was|were|is|are|been) (?:since |now |already |just )?(?:been )?(?:put|now|set|already) (?:in|into) (?:place|force|effect|operation)\b|\b(?:has|have) (?:since |now |already |just )?been (?:introduced|installed|imposed|implemented|applied|added|tightened|set up|activated|configured|adjusted|lowered|raised|shut|stopped|throttled|rolled out)\b|\b(?:was|were|been|got) (?:simply |accidentally |still )?(?:left|kept|forgotten) (?:on|running|open|behind|unattended|unchecked|in place|active)\b",
            r"in place|introduced|installed|imposed|implemented|applied|set up|rolled",
        ),
    )
)
"""What is said, and what a fact has to say for it: the same word where nothing is given."""

_COURSE = re.compile(
    r"\b(?:peak(?! run\b)(?:s|ed|ing)?|at (?:its|the) (?:height|worst|highest|lowest|peak)|the worst (?:of it |part |day |hour |is |was )*(?:is|was|seems|lies|came|fell)|(?:gain|gather|los|pick)(?:s|ed|ing)?(?: up)? (?:pace|speed|momentum|steam)|"
    r"accelerat\w+|decelerat\w+|speed(?:s|ed|ing)? up|slow(?:s|ed|ing) down|growth (?:has |had |then |also )*(?:slowed|quickened|eased|sped up|picked up|stalled|halved|doubled|steepened)|taper\w*(?: off)?|flatten\w*(?: out| off)?|plateau\w*|front-loaded|back-loaded|turning point|turned the corner|"
    r"(?:has|have|had) been (?:shrinking|easing|falling|declining|receding|fading|narrowing|widening|mounting|building|stabili[sz]ing|volatile|fluctuating)|fluctuat\w+|swung|see-?saw\w*|up and down|in (?:waves|bursts|steps|two phases)|"
    r"(?:built up|accrued|accumulated|arose|piled up) (?:mostly |mainly |entirely |largely |only )?(?:in|on|within|during|over) (?:the|its) (?:very )?(?:first|last|final|opening|early|late|closing)\b|(?:half|most|much|all|part|the bulk|the rest|Q\d+)(?: of (?:it|this|that|the \w+))? (?:fell|came|arose|accrued|occurred|happened|built up|accumulated|was (?:spent|incurred|run up))(?: up)? (?:in|on|within|during|over|at) (?:the )?(?:very )?(?:first|last|final|opening|second|early|latter|late|closing)\b)"
)

_GROWS = re.compile(
    r"\b(?:keeps? (?:on )?(?:growing|rising|climbing|increasing)|(?:gr[eo]w\w*|ris\w+|climb\w*) (?:by the|every|each) (?:minute|hour|day|week)|(?:and (?:rising|growing|climbing)|(?<!D\d )(?<!D\d\d )and counting)(?= ?[.,;!]|$)|from day to day|day (?:by|after) day|"
    r"week (?:by|after) week|bit by bit|little by little|(?:had|has|have) (?:already |long |slowly |quietly |steadily )*been (?:already |long |slowly |quietly |steadily )*(?:creeping|climbing|rising|growing|increasing|mounting|drifting)|"
    r"(?:creep|climb|ris|grow|drift|increas)(?:ing|ed)?(?: up)?(?: \w+)? (?:all|for|over|through|since)(?: (?:of|the|some|many|last|past|several))* (?:spring|summer|autumn|fall|winter|year|years|quarters?|months?|weeks|time|while)|for (?:\w+ )?(?:months|weeks|years|ages|some time|quite a while)(?! (?:before|ahead))|(?:months|weeks|years) (?:ago|in a row|running|on end))\b"
)

_SEASON = re.compile(r"\b(?:last|previous|this|next|all) (?:quarter|year|spring|summer|autumn|winter)\b")

_BACK = re.compile(
    r"\b(?:gone|went|go|are|is|were|was|back|return(?:ed|s)?|dropped|fell) (?:back |again )?(?:to|at) (?:their|its|the) (?:old|usual|former|previous|normal|earlier|original) (?:length|size|level|number|count|rate|share|price|value|volume|mix)s?\b"
)

_MILLION = re.compile(r"\bmillion (?:input|output) tokens|\b(?:thousand|billion|hundred) tokens")

_NEW = re.compile(
    r"\b(?:is|was|are|were) (?:an? )?(?:brand[- ])?new\b|\b(?:an?|the|this) new (?:workflow|feature|team|customer|user|client)s?\b"
)

_LAUNCHED = re.compile(
    r"\b(?:first (?:used|put)|launch|introduced|debut|(?:came|come|went|gone|put|taken|brought) into (?:use|service|production|being)|(?:only|not) existed|existed only|exists? only|the (?:feature|service) (?:was |had |has )?(?:just |only |first )*(?:been )?(?:gone live|went live|switched on|turned on|activated|enabled))"
)

_TAG = re.compile(
    rf"\b(?P<what>{KIND}|owner|project|cost|department|account|service|version|release|workload|product)(?: or \w+)? tags?\b"
)


_SHARERS = re.compile(
    r"\b(?:others?|remaining|all|both|every|each)(?: \w+)? (?:users?|customers?|clients?) of (?=(?:the |this )?(?:\w+ )?(?:pool\b|(?:' )?N\d))"
)
"""Who shares a pool, not who uses the service."""


def unspoken_faults(text: str, known: Known) -> list[str]:
    """What a sentence adds that no fact speaks of."""
    names = " ".join(n for n in known.by_name if not n.startswith("driver_")).replace("_", " ")
    spoken = f"{known.texts} {names}"
    text = _SHARERS.sub(" ", text) if known.by_name.get("pool") else text
    for said, backed in _MATTERS:
        for told in said.finditer(text):
            if not (backed.search(spoken) if backed else _stem(told[0]) in spoken):
                return [f"{told[0]}: no fact speaks of it"]
    return [*_course_faults(text, known), *_new_faults(text, known)]


def _stem(phrase: str) -> str:
    return phrase.split()[-1][:5].removesuffix("s")


def _course_faults(text: str, known: Known) -> list[str]:
    """How it went on, rose or fell back."""
    grows = known.by_name.get("growth_per_week") or known.by_name.get("growth_days")
    if (told := _GROWS.search(text)) and not grows and not negated(text, told.start()):
        return [f"{told[0]}: no fact says that it grows"]
    told = _SEASON.search(text)
    if told and told[0] not in known.texts and not (told[0].startswith("this ") and told[0][5:] in known.text_words):
        return [f"{told[0]}: no fact speaks of it"]
    if (told := _COURSE.search(text)) and not re.search(
        r"\bpeak|costliest|priciest|dearest|highest|worst|slow|accelerat|steps", known.texts
    ):
        return [f"{told[0]}: no fact says how it went on"]
    if (told := _BACK.search(text)) and concepts_in(text[: told.start()]) and told[0] not in known.texts:
        return [f"{told[0]}: no fact says so"]
    return []


def _new_faults(text: str, known: Known) -> list[str]:
    """What is told to be new or launched, a kind of tag and a price per so many tokens."""
    if (tag := _TAG.search(text)) and f"{tag['what']} tag" not in known.texts:
        return [f"{tag[0]}: no fact speaks of it"]
    if (priced := _MILLION.search(text)) and priced[0] not in known.texts:
        return [f"{priced[0]}: no fact has the price of these"]
    new = _NEW.search(text)
    if new and not ("new" in known.texts or any(n in known.by_name for n in ("launched_at", "version_to", "model_to"))):
        return [f"{new[0]}: no fact says so"]
    launched = _LAUNCHED.search(text)
    if launched and re.search(r"\b(?:release|version|model|change) (?:N\d+ )?$", text[: launched.start()]):
        return []  # `release N0 came into use`: no launch of the feature
    if launched and "launched_at" not in known.by_name and launched[0] not in known.texts:
        return [f"{launched[0]}: no fact says so"]
    return []
