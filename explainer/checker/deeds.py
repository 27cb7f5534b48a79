"""Promises, advice and deeds that no fact reports."""

from __future__ import annotations

import re

from explainer.checker.cause_words import told_in
from explainer.checker.certainty import HEDGE
from explainer.checker.concepts import concepts_in
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.steps import QUOTED, says_no_more

_PROMISE = re.compile(
    r"\b(?:will|won't|shall|'ll|going to(?! (?:the (?:model|region) )?N\d)|guarantee\w*|promis\w+|soon|shortly(?! (?:before|after|ahead|prior))|tomorrow|(?<!the )next (?:day|morning)|next (?:week|month|few|invoice|monday|tuesday|wednesday|thursday|friday)|refund\w*|reimburs\w+|compensat\w+|"
    r"fixed|fix|fixes|fixing|roll(?:ed|ing|s)? (?:\w+ ){0,3}back|rollback|revert\w*|patch\w*|mitigat\w+|contacted|notified|informed|warned|briefed|consulted|instructed|reminded|(?<!all )told|alerted|(?<!stopped )(?<!ceased )working on|works on|(?:put|set) right|repaired|restored|undone|corrected|remed\w+|investigat\w+|look(?:s|ed|ing)? into|"
    r"on it|assigned|escalat\w+|approved|paused|capped|blocked|(?:switched|turned|shut|scaled)(?: (?!on\b)[\w'-]+){0,3} (?:off|down)|(?:re-?)?enabled|disabled|upgraded on|apologi\w+|follow-up|needs? no\b|set too (?:low|high)|mismanag\w+|neglect\w+|careless\w*|negligen\w+|forgot\w*|overlooked|signed off|sign off|called off|refused|denied|rejected|revoked|(?:was|were|been|be|is|are) declined|declined (?=(?:to (?!(?:about|around|roughly|some|just|only|nearly|almost|below|under)\b)|the |an? |our |its |their |any |this |all )[a-z])|(?:already|been) (?:done|taken|carried out|completed)|fault of|prevent\w*|avoid(?:ed|able)\b|discipline\w*|cancel\w*|postpon\w+|brought forward|abandon\w+|aborted|suffered|complain\w*|quality|latency|satisfaction|sorry|no action|nothing (?:to do(?! with)|needs|more (?:is|to|needs|will|has|was|can)|is needed|has to)|ignore\w*|no need|"
    r"safe(?:ly)?|don't worry|no cause for (?:alarm|concern|worry)|under control|false alarm|harmless|credited|handled(?! by N| (?:\w+ )?Q)|taken care|dealt with|resolved by|a ticket|has been (?:asked|opened|filed|raised)|agreed|confirmed by|according to(?! (?:the )?(?:forecast|plan|facts|figures|baseline|data|numbers|records?))|asked|says?|said|reported by|reports (?:an?|that|the|on)\b|status page|states that|claims|confirms?|"
    r"acknowledged|meeting|call with|in touch|follow(?:ed|ing)? up|steps have been|on call|we (?:do not )?expect(?= (?:no|it|them|the|that|this|a|costs?|spend)\b)|(?:limits?|quotas?|budgets?|forecasts?|baselines?|estimates?|targets?|expectations?|caps?|keys?|access|flags?) (?:was|were|has been|have been|had been|will be|is being|got) (?:\w+ )?(?:revised|corrected|updated|doubled|halved|set|introduced|added|raised|lowered|changed|removed|lifted|cut|increased|reduced|revoked|rotated|disabled|adjusted|extended)|disprov\w+|refut\w+|debunk\w+|ruled? out|rules out|final(?:ised|ized)? (?:figures|numbers|costs?|bill|amounts?)|(?:figures|numbers|costs?|amounts?) (?:are|is) (?:now )?final|measures|tuned|throttled|rate-limited|permanent\w*|temporary|temporarily|back to normal (?:by|within|in)|expected to (?:return|fall|drop|end(?! (?:at|with|on|above|below|over|under|within) )|go)|should (?:be back|return|fall|settle|be over|be gone|drop)|"
    r"automatically|recover|would be (?:back|over)|savings? of|pay(?:s)? (?:off|back)|charged back|invoice|disputed?|contested|conversions?|revenue|profit\w*|(?:paid|pays?|paying) for itself|waived|free|in good hands|sorted|closed|ready|rest assured|reassur\w+|intend\w*|decided|agreed|ordered by|chose|chosen|deliberate\w*|(?:is|are|be|gets?|getting|got|gotten|become\w*|became|feel\w*) (?:much |even |far )?(?:better|worse)|improv\w+|worsen\w*|faulty|(?:is|are|was|were) (?:\w+ )?(?:wrong|misconfigured|outdated|inefficient|wasteful)|broken(?! down)|buggy|plans? to|aims? to|commit\w+|wants? to|hop(?:es?|ing) to|tr(?:y|ies|ying) to|would (?:help|be wise|be best|make sense|be worth\w*|pay off|be better))\b"
)
_ACT = r"revert|roll|disable|enable|set|ask|contact|reduce|increase|switch|move|turn|limit|cap|stop|pause|cancel|restart|talk|raise|trim|review|inspect|tell|notify|delete|remove|call|put|update|announce|route|approve|shorten|replace|try|throttle|block|optimi[sz]e|adjust|investigate"
"""What one does with a service, in words that begin no sentence but an order."""
_ADVICE = re.compile(
    r"\b(?:next|suggest\w*|recommend\w*|propos\w*|advi[cs]\w+|to do|todo)\b[^:;.]{0,40} : (?!quotedstep|(?:an?|the|by|on)\b)[a-z]|\b(?:(?:should|ought to(?! (?:have|cost)\b)|must|needs? to|(?:have|has) to(?! (?:do with|pay|spend|cover|bear|foot|cost)\b))(?! (?:also )?(?:know|be aware|note|be noted|be said|say|be added|add|be mentioned|mention|see|be clear|bear in mind|keep in mind|remember|hear|understand|be told)(?: ,)? (?:that|:|of (?:the|this|an?))(?= ))|recommend\w*|suggestion (?:is|was) to|suggested (?:to|that)|proposed to|(?<!nothing to )(?<!not )suggest (?:to|that|you|we)|please(?! (?:note|see|find|bear in mind|be aware|keep in mind)\b)|advis\w+|consider|we propose|next steps?|it is best|had better|make sure|be sure to|required|immediately|urgent\w*|asap|right away)\b|"
    rf"^(?:- |\* |• |\d+ \. )?(?:then ,? |now ,? )?(?!(?:set|put|call) (?:against|beside|next to|volume|count|\w+ly)\b)(?:check|look|compare|{_ACT}|see|lower(?! (?:\w+ ){{1,3}}(?:\w+ed|\w+s|offset|cut|took|brought|held)\b)|add|open|click|visit|read|do|mark|ignore)\b(?! [,:.;])|"
    rf"(?:\bwe (?:now |then |next |can |could |only |just )*|^next ,? (?:we |they |you |the \w+ )?|\b(?:plan|idea|to do|advice|tip|recommendation|action|proposal|remedy) : (?:to )?)(?:{_ACT}|lower|use(?!\b[^;:.]*\b(?:D\d|baseline|comparison|weeks|days)\b)|test|plan|fix|tune|cut|drop|keep|cache|split|watch|change|migrate|upgrade|downgrade|rewrite|tighten|negotiate)s?\b"
)
_NEXT_THING = re.compile(r"^(?:up )?next(?: up| on the list| in line)? (?:is|are|comes?) (?!to\b)(?P<what>[^,;:.]+)")
_ACTION = re.compile(
    r"\b(?:team|teams|they|we|engineers?|developers?|owners?|somebody|someone|people|provider|support|finance|vendor|supplier|management|accounting|procurement|security|customers?) (?:has|have|had|is|are|was|were) "
    r"(?:already |now |since |just |been |also )*(?P<verb>(?!not\b)\w+(?:ed|ing|en|nt|ut|ld))\b"
)
_DID = re.compile(
    r"(?<!at the )(?<!of the )(?<!from the )(?<!by the )(?<!with the )\b(?:provider|vendor|supplier|finance|engineers?|developers?|somebody|someone|customers?|users?|people|management|operators?) (?:also |just |simply |then |quietly )?"
    r"(?P<verb>cut|let|made|raised|lowered|changed|reduced|increased|dropped|introduced|doubled|ended|began|started|stopped|noticed|complained|left|love|like|want|wanted|turned|kept|ran|wrote|sent|pushed|forgot|missed|moved|asked|accepted|signed|renewed|shipped|deployed|Q\d+ (?:its|the|their))\b"
)
_SOMEONE = re.compile(r"\b(?:somebody|someone) (?:\w+ )?[a-z]+\b")
_SWITCHED = re.compile(r"(?:somebody|someone|people) (?:\w+ )?(?:turned|switched)\b")
_TEAM = re.compile(
    r"\bteams?(?: N\d+)? (?:also |then |just |already |only |simply |recently |now )?(?P<verb>(?!\w+eed\b|(?:stay|remain|end|us|need|pass|reach|consum|incurr|receiv|show|land|exceed|own|start|finish)ed\b)[a-z]{3,}ed|made|cut|let|took|gave|chose|wrote|built|began|sent|put|kept|left|broke)\b(?! (?:\w+ )?Q\d)"
)
_WE = re.compile(r"\bwe (?:also |just |then |already )?(?P<verb>(?!\w+eed\b)[a-z]{3,}ed)\b")
_SAVED_BY = re.compile(r"\bsav(?:ed?|ings?)\b[^,;:]* by [a-z]{3,}ing\b")
_POINTS = re.compile(r"^(?:look|see)(?: closer)? (?:at|in|into) (?:the )?(?:workflow |feature |team |model )?N\d+\b")
_LOOK = re.compile(r"^(?:look|see)(?: closer| first)? (?:at|in|into) (?:the )?")
_SPENDING = {
    "spent", "overspent", "underspent", "seen", "expected", "running", "spending", "paying", "affected", "concerned", "carried", "used", "charged",
    "heading", "headed", "talking", "looking", "facing", "seeing", "dealing", "left", "budgeted", "planned", "counted", "reckoned", "anticipated", "forecast", "assumed", "paid", "bargained", "called", "overspending", "exceeded", "recorded", "measured", "logged", "booked", "billed", "waiting", "awaiting", "estimated", "going", "named", "involved", "listed", "risen", "grown", "owned", "hit", "different", "carrying",
}  # fmt: skip


_OTHER_WORD = {"asked": "requested"}


def _is_looked_at(text: str, known: Known) -> bool:
    """True where no more is advised than to look at one of the drivers."""
    at = _LOOK.match(text)
    return at is not None and any(start == at.end() and c in known.by_driver for start, _, c in concepts_in(text))


def _reported(word: str, text: str, denied: bool, known: Known) -> bool:
    """True where a fact's sentence has the word (or the one it stands for, beside another of its words), denied as it is
    here."""
    last = word.split()[-1]
    alone, word = last not in _OTHER_WORD, _OTHER_WORD.get(last, word)
    parts = [part for f in known.facts for part in re.split(r"[;.](?:\s|$)", f.text.lower()) if word in part]
    return any(
        (negated(part, part.index(word)) == denied or word == "invoice")
        and (alone or any(w in text for w in re.findall(r"[a-z]{5,}", part) if w != word))
        for part in parts
    )


def _fared(word: str, text: str, known: Known) -> bool:
    """True where what got better or worse did: the cache, failures."""
    told = re.search(r"\b(better|worse)$", word)
    for concept, worse in (("cache", -1), ("error", 1)):
        if told and any(c == concept for _, _, c in concepts_in(text)):
            moved = [q.value for q in known.quantities if q.concept == concept and q.unit == "points"]
            return any((m * worse > 0) == (told[1] == "worse") for m in moved)
    return False


def deed_faults(text: str, known: Known) -> list[str]:
    forecast = known.by_name.get("month_end_forecast")
    for match in _PROMISE.finditer(text):
        word = match[0].rstrip()
        if (
            word in ("will", "going to", "shall", "'ll")
            and forecast
            and re.search(r"\b(?:month|forecast|budget|pace|rate|goes on|continues)\b", text)
        ):
            continue
        later = re.match(r" (?:also |then )?([a-z]+)", text[match.end() :])
        if word in ("will", "shall") and later and f"{later[1]}s" in known.texts.split():
            continue
        if word in ("told", "says", "say", "said", "free", "ready", "open") and word in known.texts:
            continue
        if word in ("say", "says", "said", "tell", "told", "confirm", "confirms") and negated(text, match.start()):
            continue
        if word in ("say", "says", "said") and re.search(
            r"\b(?:baseline|plan|forecast|ledger|figures|facts|data|numbers|record|that is to|what|(?:to|must|should) be) $",
            text[: match.start()],
        ):
            continue
        if word in ("closed", "resolved") and known.text("state") == "ongoing" and negated(text, match.start()):
            continue
        if word == "closed" and known.text("state") == "ended":
            continue
        if word.startswith("saving") and (known.excess or 0.0) < 0:
            continue
        if _reported(word, text, negated(text, match.start()), known) or _fared(word, text, known):
            continue
        return [f"{word}: no fact promises or reports this"]
    did = _DID.search(text) or _SOMEONE.search(text)
    if did and _SWITCHED.match(did[0]) and any("switched" in f.text for f in known.facts if f.kind == "coincidence"):
        did = None
    if did and did[0] not in known.texts and not (HEDGE.search(text) and told_in(text, known)):
        return [f"{did[0]}: no fact says what people did"]
    if by := _SAVED_BY.search(text):
        return [f"{by[0]}: no fact says what people did"]
    action = _ACTION.search(text) or _WE.search(text) or _TEAM.search(text)
    if action and action["verb"] == "saved" and (known.excess or 0.0) < 0:
        action = None
    if (
        action
        and action["verb"] not in _SPENDING
        and not _reported(action["verb"], text, negated(text, action.start("verb")), known)
    ):
        return [f"{action[0]}: no fact says what people did"]
    if (thing := _NEXT_THING.match(text)) and not (
        known.by_driver.keys() & {c for _, _, c in concepts_in(thing["what"])} or re.search(r"[NQTD]\d", thing["what"])
    ):
        return [f"{thing[0]}: no fact says what to do here"]
    if more := re.search(
        rf"\b{QUOTED} ?,? (?:and|or|then|plus)(?: then| also)? [a-z]+ (?:the|an?|its|all|every|N\d+)\b", text
    ):
        return [f"{more[0]}: no fact says what to do here"]
    advice = _ADVICE.search(
        re.sub(r"^(?:- |\* |• )?\w+(?: :)", " ", text)
        if re.match(r"^(?:- |\* |• )?(?!next\b|now\b|please\b|todo\b|action\b)\w+ :", text)
        else text
    )
    if advice and (
        re.match(r"(?: \w+){0,2} quotedstep", text[text.find(advice[0]) + len(advice[0]) :])
        or _POINTS.search(text)
        or _is_looked_at(text, known)
    ):
        advice = None
    if advice and (
        (advice[0] == "should" and re.search(r"\b(?:than|as|what)\b[^,;.]* should$", text[: advice.end()]))
        or re.search(
            r"\b(?:than|what|that|as) (?:it|they|this|that|we|you|\w+) (?:should|ought to)$", text[: advice.end()]
        )
        or (advice[0] == "should" and re.match(r" have (?:cost|been|spent|used|taken|had)\b", text[advice.end() :]))
    ):
        advice = None
    if advice and advice[0].startswith("next step") and says_no_more(text, known):
        advice = None
    if advice and not (advice[0] in ("see", "read", "open", "visit") and known.by_name.get("incident_page")):
        if advice[0] == "should" and forecast and re.search(r"\b(?:month|forecast|budget)\b", text):
            return []
        if advice[0] == "should" and re.search(r"should (?:have ended|end)", text):
            return []
        return [f"{advice[0]}: no fact says what to do here"]
    return []
