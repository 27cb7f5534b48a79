"""What no fact promises or reports: what is to come or be put right, who was told and what they said, who is to blame, that
all is well, what it pays."""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.negation import negated
from explainer.checker.outright import is_reported
from explainer.checker.quantities import Known

_TO_COME = (
    r"will|won't|shall|'ll|going to(?! (?:the (?:model|region) )?N\d)|guarantee\w*|promis\w+|soon|shortly(?! (?:before|after|ahead|prior))|tomorrow|"
    r"(?<!the )next (?:day|morning)|next (?:week|month|few|invoice|monday|tuesday|wednesday|thursday|friday)|back to normal (?:by|within|in)|"
    r"expected to (?:return|fall|drop|end(?! (?:at|with|on|above|below|over|under|within) )|go)|should (?:be back|return|fall|settle|be over|be gone|drop)|"
    r"(?:is|are|can|may|must) (?:to )?be (?:expected|feared|anticipated|reckoned with)(?! [^.;]*Q)|(?:more|yet|still) to come|looms?|lies? ahead|in prospect|would be (?:back|over)|automatically|recover|we (?:do not )?expect(?= (?:no|it|them|the|that|this|a|costs?|spend)\b)"
)
_MEANT = (
    r"(?:wants?|wanted|(?<!worth )tr(?:y|ies|ied|ying)|hop(?:es?|ed|ing)|wish(?:es|ed)|seeks?|sought|aim(?:s|ed)?|plans?|meant|(?:was|were) keen|chose|opted) to\b(?! (?:have |be |cost |end|finish|last|run|stop))|"
    r"intend\w*|commit\w+|decided|ordered by|chose|chosen|deliberate\w*|on purpose|as an experiment|by choice"
)
_PUT_RIGHT = (
    r"fix(?:e[sd]|ing)?|roll(?:ed|ing|s)? (?:\w+ ){0,3}back|rollback|revert\w*|patch\w*|mitigat\w+|(?:put|set) right|repaired|restored|undone|corrected|remed\w+|"
    r"investigat\w+|look(?:s|ed|ing)? into|(?<!stopped )(?<!ceased )working on|works on|on it|handled(?! by N| (?:\w+ )?Q)|taken care|dealt with|resolved by|steps have been|"
    r"follow-up|measures|paused|capped|blocked|(?:switched|turned|shut|scaled)(?: (?!on\b)[\w'-]+){0,3} (?:off|down)|(?:re-?)?enabled|disabled|tuned|throttled|rate-limited|"
    r"upgraded on|permanent\w*|temporary|temporarily|prevent\w*|avoid(?:ed|able)|cancel\w*|called off|postpon\w+|brought forward|abandon\w+|aborted|"
    r"(?:already|been) (?:done|taken|carried out|completed)|(?:limits?|quotas?|budgets?|forecasts?|baselines?|estimates?|targets?|expectations?|caps?|keys?|access|flags?) (?:was|were|has been|have been|had been|will be|is being|got) (?:\w+ )?(?:revised|corrected|updated|doubled|halved|set|introduced|added|raised|lowered|changed|removed|lifted|cut|increased|reduced|revoked|rotated|disabled|adjusted|extended)"
)
_TALKED = (
    r"contacted|notified|informed|warned|briefed|consulted|instructed|reminded|(?<!all )told|alerted|assigned|escalat\w+|approved|sign(?:ed)? off|agreed|asked|"
    r"says?|said|claims|confirms?|confirmed by|states that|report(?:ed by|s (?:an?|that|the|on))|according to(?! (?:the )?(?:forecast|plan|facts|figures|baseline|data|numbers|records?))|"
    r"status page|acknowledged|meeting|call with|in touch|follow(?:ed|ing)? up|on call|a ticket|has been (?:asked|opened|filed|raised)|refused|denied|rejected|revoked|"
    r"(?:was|were|been|be|is|are) declined|declined (?=(?:to (?!(?:about|around|roughly|some|just|only|nearly|almost|below|under)\b)|the |an? |our |its |their |any |this |all )[a-z])|"
    r"disprov\w+|refut\w+|debunk\w+|rule[sd]? out|apologi\w+|sorry|complain\w*"
)
_TO_BLAME = (
    r"(?:fault|(?<!to )blame)(?= (?:of|lies|with|is|:|=))|accident(?:al(?:ly)?)?|on the part of|by mistake|inadvertent\w*|unintention\w+|intentional\w*|wilful\w*|oversight|mishap|slip-?up|un(?:reviewed|approved|tested)|"
    r"without (?:an? |any |prior |the |asking for )*(?:review|approval|permission|consent|asking|testing|tests)|set too (?:low|high)|mismanag\w+|neglect\w+|careless\w*|negligen\w+|forgot\w*|overlooked|discipline\w*"
)
_ALL_WELL = (
    r"(?:normal|usual|common|typical|ordinary|nothing (?:unusual|new|special)) (?:for|in|with|at) (?:this|such|these|that|an?|the) (?:kind|sort|type|time|size|workload|feature|season|service|scale)s?|(?:is|are|was) nothing (?:unusual|special)|par for the course|business as usual|"
    r"(?:all|everything)(?: is| was| looks| seems)? (?:well|good|fine|ok|okay|right|in order)(?! (?:above|below|over|under|beyond|as)\b)|needs? no|no (?:action|need|cause for (?:alarm|concern|worry))|nothing (?:to do(?! with)|needs|more (?:is(?! (?:shown|known|proven|claimed|established|certain|said|meant))|to|needs|will|has|was|can)|is needed|has to)|ignore\w*|safe(?:ly)?|"
    r"don't worry|under control|false alarm|in good hands|sorted|closed|ready|rest assured|reassur\w+|final(?:ised|ized)? (?:figures|numbers|costs?|bill|amounts?)|(?:figures|numbers|costs?|amounts?) (?:are|is) (?:now )?final"
)
_PAYS = (
    r"refund\w*|reimburs\w+|compensat\w+|credited|charged back|waived|free|invoice|disputed?|contested|savings? of|pays? (?:off|back)|(?:paid|pays?|paying) for itself|conversions?|revenue|"
    r"would (?:help|be wise|be best|make sense|be worth\w*|pay off|be better)"
)
_FARES = r"suffered|quality|latency|satisfaction|(?:is|are|be|gets?|getting|got|gotten|become\w*|became|feel\w*) (?:much |even |far )?(?:better|worse)|improv\w+|worsen\w*"
_PROMISE = re.compile(rf"\b(?:{_TO_COME}|{_MEANT}|{_PUT_RIGHT}|{_TALKED}|{_TO_BLAME}|{_ALL_WELL}|{_PAYS}|{_FARES})\b")
_OF_THE_MONTH = re.compile(r"\b(?:month|forecast|budget|pace|rate|goes on|continues)\b")
_NO_SPEAKER = re.compile(
    r"\b(?:baseline|plan|forecast|bill|budget|meter|clock|ledger|figures|facts|data|numbers|record|that is to|what|(?:to|must|should) be|(?:we|one|you|i|anyone|anybody|the timing) (?:can|could|cannot|may|might|would)(?: (?:safely|honestly|really|only|yet|now|not))*) $"
)

_WHOM = re.compile(
    r"\b(?:N\d+|[a-z]+)(?: \")? (?:(?:was|were|is|are|has|have|had|been|got|first|also) )+$|\b(?:we|they|who) $"
)


def promise_faults(text: str, known: Known) -> list[str]:
    """The first word of a promise or report that no fact makes."""
    for match in _PROMISE.finditer(text):
        denied = negated(text, match.start())
        if not (
            _may_be_said(match, text, denied, known)
            or is_reported(match[0], text, denied, known)
            or _fared(match[0], text, known)
        ):
            return [f"{match[0]}: no fact promises or reports this"]
    return []


def _may_be_said(match: re.Match[str], text: str, denied: bool, known: Known) -> bool:
    """True where a word promises and reports nothing here, or what the facts' figures and states say."""
    word = match[0]
    if word in ("will", "going to", "shall", "'ll"):
        later = re.match(r" (?:also |then )?([a-z]+)", text[match.end() :])
        of_month = known.by_name.get("month_end_forecast") and _OF_THE_MONTH.search(text)
        return bool(of_month or (later and f"{later[1]}s" in known.text_words))
    if word in ("say", "says", "said") and _NO_SPEAKER.search(text[: match.start()]):
        return True
    if word in ("say", "says", "said", "told", "informed", "notified", "warned", "confirm", "confirms") and denied:
        return True
    if word in ("told", "say", "says", "said", "free", "ready") and word in known.texts:
        return True
    if word.startswith("commit"):
        return bool(known.by_name.get("commitment"))
    if word.endswith("to come") and re.search(r"Q\d", text):
        return bool(known.by_name.get("month_to_date") and known.by_name.get("month_end_forecast"))
    if word.endswith(("to be expected", "be expected")) and re.search(r"Q\d", text):
        return bool(known.by_name.get("month_end_forecast"))
    if word == "alerted":
        when = re.match(r" (?:at |on |by |within |after |: |, )*(?:the )?[TD]\d", text[match.end() :])
        return bool(when and known.by_name.get("alerted_at")) and not _WHOM.search(text[: match.start()])
    if word == "closed":
        return known.text("state") == "ended" or (known.text("state") == "ongoing" and denied)
    excess = known.excess or 0.0
    return word.startswith("saving") and (excess < 0 or any(v < 0 for v in known.drivers.values()))


def _fared(word: str, text: str, known: Known) -> bool:
    """True where what got better or worse did: the cache, failures."""
    told = re.search(r"\b(better|worse)$", word)
    for concept, worse in (("cache", -1), ("error", 1)):
        if told and any(c == concept for _, _, c in concepts_in(text)):
            moved = [q.value for q in known.quantities if q.concept == concept and q.unit == "points"]
            return any((m * worse > 0) == (told[1] == "worse") for m in moved)
    return False
