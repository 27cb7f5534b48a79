"""Is a cause told as its fact tells it? Neither invented, nor surer than it is, nor out of a coincidence."""

from __future__ import annotations

import re

from explainer.checker.concepts import concept_of, concepts_in
from explainer.checker.events import words_of
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_CAUSE_KEYS: tuple[tuple[str, str], ...] = (
    ("retry_storm", r"retr(?:y|ies|ied|ying)(?: storm| loop)?s?"),
    ("agent_loop", r"(?:agent |runaway |endless |infinite )?loop(?:s|ing|ed)?|runaway agents?|agents? (?:in a )?loop\w*|agents?(?: \w+){0,4} (?:loop\w*|repeat\w*|circles)|repeat(?:s|ing|ed) (?:itself|themselves)"),
    ("cache_regression", r"(?:lost|broken|missing|failing|worse|less|stopped) (?:prompt )?cach\w+|cache (?:regression|misses|loss|breakage)|(?:loss|lack|failure|absence|breakdown|drop|decline) of (?:the )?(?:prompt )?cach\w+|prompt caching|cach(?:e|ing)"),
    ("output_growth", r"longer (?:answers|outputs?|completions|responses|replies)|(?:answers|outputs?|completions|responses|replies)(?: \w+){0,4} (?:(?<!no )longer|wordier|growing|grown|grew)|(?:answers|outputs?) (?:got|getting|becoming) longer|output (?:growth|length)|wordier answers"),
    ("prompt_growth", r"(?:longer|larger|bigger) (?:prompts?|inputs?|contexts?)|(?:prompts?|inputs?|contexts?)(?: (?!that is\b)\w+){0,4} (?:(?<!no )longer|larger|bigger|growing|grown|grew)|prompt growth|prompts? (?:got|getting) longer|input growth"),
    ("model_switch", r"(?:a )?(?:model switch|(?:switch|move|shift|shifted|moved|switched|migrat\w+) (?:from N\d+ )?to (?:a |the )?(?:dearer|pricier|more expensive|larger|another|different|costlier|N\d+)(?: model)?)|(?:another|other|different|new) model(?! version)|(?:dearer|pricier|more expensive|costlier) models?|model change|change of model"),
    ("version_upgrade", r"(?:new|newer) (?:model )?(?:version|snapshot)|version (?:upgrade|change)|upgrade|snapshot"),
    ("price_change", r"(?:price|list price|pricing|tariff)(?: (?:change|increase|rise|hike|cut))?s?|higher (?:list )?prices?|provider's prices?|rate change"),
    ("traffic_surge", r"(?:more|higher|extra|surge in|rise in|rising|increased|growing) (?:traffic|volume|runs|demand|use|usage)|traffic(?: surge| spike)?|surge|demand|more use everywhere|usage growth"),
    ("planned_batch", r"(?:planned |announced |scheduled )?batch(?: job| run)?|re-?index\w*|backfill|nightly job|cron(?:job)?"),
    ("batch_overrun", r"(?<!cost )(?<!budget )(?<!spending )overrun(?! (?:its|the) budget)\w*|overran|ran (?:on )?past|past its (?:planned )?end|beyond its plan"),
    ("feature_launch", r"(?:feature |product )?launch(?:ed|es)?|new feature|roll-?out"),
    ("outage_drop", r"outages?|downtime|unavailab\w+|provider (?:incident|failure|trouble)|fell over|crash(?:ed|es)?"),
    ("slow_growth", r"slow (?:growth|creep)|creeping growth|steady growth|gradual growth|slowly growing prompts?"),
    ("untagged_growth", r"(?:lost|missing|dropped) (?:their )?tags?|untagged (?:requests|spend)|tags? (?:lost|missing)|tagging"),
    ("staging_leak", r"staging(?: environment| leak| traffic| load)?|load tests?|test (?:traffic|environment|load)"),
    ("credit", r"credits?(?: (?:ended|expired|expiry))?|discounts?|promotion|free tier"),
    ("pool_change", r"(?:new |changed |different )?(?:split|allocation|key) of (?:the )?(?:shared )?pool|re-?allocation|(?:pool|pool 's|pool's) split|(?:another|other|new|different) (?:split|division)|(?:split|divided|shared out) (?:otherwise|differently|in another way|another way)|split of(?! (?:the |its )?(?:excess|difference|rise|increase|cost|bill|extra)\b)"),
    ("tag_move", r"renam(?:e|ed|ing)|reorganisation|reorg"),
    ("data_fault", r"data (?:fault|error|gap|problem)|double[- ]count\w*|duplicate (?:data|rows)|late data|measurement error|billing (?:error|mistake|bug)|glitch"),
    ("other", r"bugs?|misconfigur\w+|attack\w*|abuse|abusive|bots?|scraper\w*|scraping|campaign\w*|marketing|holidays?|weekends?|season\w*|black friday|new customers?|customers?|experiments?|a/b tests?|developers?|engineers?|human error|mistakes?|intern|leaked|stolen|fraud(?:ulent)?|hackers?|ddos|memory leak|typo|configuration|config|settings?(?! (?:an?|the)\b)|vendor|supplier|weather|press|news|sale|promo|spam|crawl\w*|feature flag|flag|exchange rate|currency|tax|inflation|competitor\w*|surcharges?|penalt(?:y|ies)|end of (?:the )?quarter|quarter-end|conference|audit|timeouts?|rate limits?|throttl\w+|regression|database|network|infrastructure|hardware|capacity|migration|test suite|ci|pipeline"),
)  # fmt: skip
_CAUSE_WORD = re.compile("|".join(rf"(?P<k{i}>\b(?:{p})(?![\w-]))" for i, (_, p) in enumerate(_CAUSE_KEYS)))
_RELATED = {
    "cause:prompt_growth": {"slow_growth"},
    "cause:slow_growth": {"prompt_growth", "slow_growth"},
    "cause:batch_overrun": {"planned_batch", "batch_overrun"},
    "cause:everywhere": {"traffic_surge"},
    "cause:unannounced_launch": {"feature_launch"},
    "cause:pool": {"pool_change"},
    "cause:untagged_growth": {"untagged_growth"},
}
_MARKER = re.compile(
    r"\b(?:because(?: of)?|due to|caused?|causes|causing|as a (?:direct )?(?:result|consequence)(?: of)?|result(?:s|ed|ing)? (?:of|from|in)|owing to|thanks to|"
    r"triggered|trigger|led to|leads to|brought (?:about|on)|reasons?|responsible|blame|blamed|culprit|(?<!driver )explains?|explained|explanation|proves?|proven|proof|"
    r"root cause|stems?(?: from)?|stemming|behind|attributable|attributed|traced|traces back|down to|made (?:it|spend|the cost)|the work of|courtesy of|after all|hence|therefore|thus|consequently|that is why|(?:is|was) what (?=caused|made|drove|led|pushed|triggered|lies|raised|explains)|is why|was why|what made|which is why|so that is|origin|source of|driven by|fuelled by|fueled by|provoked|sparked|produced by|set off|at fault|(?:is|are) (?:directly |clearly )?(?:related|connected|linked)|to do with|comes? (?:down to|from)|came from|coming from|lies? (?:in|with|behind)|drove|drives|from)\b"
)
_ACCOUNTING = re.compile(
    r"^(?:comes? (?:down to|from)|came from|coming from|from|driven by|explains?|explained|responsible|attributable|attributed|stems?(?: from)?|due to|because(?: of)?|down to|traced|thanks to|owing to|result(?:s|ed|ing)? (?:of|from)|behind|lies? (?:in|with|behind)|source of|caused?|reasons?|drove|drives|traces? back|(?:is|was) what ?)$"
)
_SURE = re.compile(
    r"\b(?:(?<!Q\d )(?<!how )certain(?:ly)?|definite(?:ly)?|proven|proves?|proof|confirmed|without (?:a |any )?doubt|no doubt|no question|unquestioned|beyond question|undoubtedly|clearly|obviously|(?<!Q\d )sure(?:ly)?|established|beyond (?:any |all |every )?doubt|guarantee\w*|unquestionabl\w+|evidently|(?:is|are) (?:now |quite |perfectly |entirely )?clear|is known to be|known cause|verified|demonstrabl\w+|of course|conclusive\w*|must (?:be|have)|the fact that|undeniabl\w+|doubtless|plainly|indisputabl\w+|nothing but|categorically|for certain|shown to be|showed|shows that|has been shown|is shown|(?<!what )(?<!as )we know(?! of)|turned out)\b"
)
_HEDGE = re.compile(
    r"\b(?:likely|likeliest|best guess|most plausibly|in all probability|probabl[ey]|suspected|suspect|appears?|seems?|apparently|presumably|points? to|pointing to|suggests?|looks? like|looks to be|best explanation|candidate|indicat\w+|in all likelihood|most plausible|plausibl[ey]|assumed|we think|we believe|believed|chances are|consistent with|as far as|by all appearances|the signs)\b"
)
_MAYBE = re.compile(
    r"\b(?:may|might|could|possibl[ey]|perhaps|whether|unclear|not (?:shown|proven|known|certain|clear|established|confirmed|been shown|yet)|unproven|unconfirmed|coincid\w+|open|unknown|can(?:not| not)|no (?:proof|evidence)|not necessarily|does not (?:show|prove|mean)|doesn't|isn't|remains to be|nobody|does not|not|neither|question|maybe|nothing|premature|too (?:early|soon)|hasty|unwarranted|speculat\w+|conjecture|doubtful|debatable|uncertain|undetermined|unverified|unsettled|untested|no more than)\b"
)


def _cause_keys(known: Known) -> set[str]:
    """The keys of the facts' causes, by their values and by their words."""
    causes = {str(f.value) for f in known.by_name.get("cause", ())}
    causes |= {key for cause in causes for key in _RELATED.get(f"cause:{cause}", ())}
    texts = " ".join(f.text for f in known.by_name.get("cause", ())).lower()
    return causes | {_CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0] for m in _CAUSE_WORD.finditer(texts)}


def _supported_causes(known: Known) -> set[str]:
    """Cause keys that the facts name, as a cause or as a thing that is there."""
    supported: set[str] = set()
    if known.by_name.get("planned_until") or known.by_name.get("overrun_hours"):
        supported |= {"planned_batch", "batch_overrun"}
    if known.by_name.get("launched_at"):
        supported.add("feature_launch")
    if known.by_name.get("version_to"):
        supported.add("version_upgrade")
    if known.by_name.get("model_to"):
        supported.add("model_switch")
    for fact in known.by_name.get("cause", ()):
        supported.add(str(fact.value))
        supported |= _RELATED.get(f"cause:{fact.value}", set())
    # What the other facts' sentences speak of may be spoken of.
    return supported | {_CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0] for m in _CAUSE_WORD.finditer(_trusted(known))}


def _trusted(known: Known) -> str:
    skipped = {"team", "feature"}
    return " ".join(
        f.text
        for f in known.facts
        if f.name not in skipped and f.name not in ("release_title", "event_title", "title", "note")
    ).lower()


_DOES = re.compile(
    r"\b(?:release |deploy\w* |rollout |version |event )?(?P<subject>N\d+|release|deployment|rollout|launch) (?:has |had |have )?(?:also |simply |then |probably )?"
    r"(?:broke|broken|breaks|raised|raises|doubled|doubles|tripled|trebled|quadrupled|lifted|pushed|pushes|drove|drives|increased|increases|lengthened|lengthens|introduced|introduces|changed|changes|switched|moved|added|adds|made|makes|cut|cuts|stopped|disabled|caused|causes|sent|put|brought|cost|costs)"
    r" (?!(?:at|on|in|by|to|from|live|out)\b)(?:the |its |an? |more |all |prompt |Q\d+|\w+)"
    r"|\b(?:release |deploy\w* |rollout |version )?(?P<multiplier>N\d+) (?:has |had |have )?(?:also |simply |then )?Q\d+ (?:the|its|all|our|every|prompts?|answers?|requests?)\b"
)


def doing_faults(sentence: Sentence, known: Known) -> list[str]:
    """A release or event that only coincides may not be told to have done something."""
    coinciding = {str(f.value).lower() for f in known.facts if f.kind == "coincidence"}
    for match in _DOES.finditer(sentence.text):
        subject = match["subject"] or match["multiplier"]
        named = subject.startswith("N") and sentence.names[int(subject[1:])] in coinciding
        if (named or (coinciding and not subject.startswith("N"))) and not _MAYBE.search(sentence.text):
            return [f"{match[0]}: what coincides is told to have done it"]
    return []


_EXPIRED = re.compile(r"\bcredits?\b[^,;.]{0,20}\b(?:ended|expired|expiry|lapsed|withdrawn|used up|ran out)\b")
_BEGUN = re.compile(
    r"\b(?:new|another|fresh) credit\b|\bcredits?\b[^,;.]{0,20}\b(?:began|begun|started|starts|granted|given|added)\b"
)


_SUPPOSED = {"agent_loop", "retry_storm", "outage_drop", "data_fault", "staging_leak", "price_change"}
_HAPPENED = re.compile(
    r"^(?: \w+){0,3} (?:was|were|has been|is|are) (?:\w+ )?(?:found|seen|detected|identified|discovered|under way|at work|there)\b|^(?: \w+){0,2} (?:occurred|happened|took place|struck|hit|broke out|made|set in)\b"
)


def _of_credits(known: Known) -> str:
    return " ".join(f.text for f in known.facts if "credit" in f.text.lower()).lower()


def cause_faults(sentence: Sentence, known: Known) -> list[str]:
    text = sentence.text
    faults = doing_faults(sentence, known)
    over = _EXPIRED.search(text)
    if (
        over
        and not negated(text, over.end() - 1)
        and not re.search(r"\b(?:ended|expired|lapsed|used up)\b", _of_credits(known))
    ):
        faults.append(f"{over[0]}: no fact says that the credit has ended")
    supported = _supported_causes(known)
    stated = [(m, _CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0]) for m in _CAUSE_WORD.finditer(text)]
    drivers = {concept_of(f"driver_{n}"): v for n, v in known.drivers.items()}
    for match, key in stated:
        measured = {q.concept for q in known.quantities}
        if (
            (key in supported and key != "other")
            or _is_driver(match[0], drivers)
            or match[0] in known.texts
            or (key == "other" and match[0].removesuffix("s") in known.texts)
            or (key == "traffic_surge" and " " not in match[0] and re.search(r"\brequests\b|\bruns\b", known.texts))
            or any(s <= match.start() < e and c in measured for s, e, c in concepts_in(text))
            or (key == "batch_overrun" and "budget" in text)
            or (key != "other" and any(c in measured for _, _, c in concepts_in(match[0])))
        ):
            continue
        faults.append(f"{match[0]}: no fact speaks of it")
    if (
        "credit" in supported
        and (begun := _BEGUN.search(text))
        and not re.search(r"\b(?:began|begun|new|starts?|started|granted)\b", _of_credits(known))
    ):
        faults.append(f"{begun[0]}: the credit has ended")
    if known.by_name.get("cause") and _hedged(known) and not _HEDGE.search(text) and not _MAYBE.search(text):
        faults += [
            f"{m[0]}: the cause is told as certain, its fact is not"
            for m, key in stated
            if key in _SUPPOSED
            and key == known.text("cause")
            and not _is_driver(m[0], drivers)
            and _HAPPENED.match(text[m.end() :])
        ]
    denied = re.search(
        r"\b(?:cannot|could not|is not|are not|was not|were not|did not|does not) (?:\w+ ){0,2}(?:come|stem|due|caused|because|down to|explained|behind|be the (?:cause|reason)|the (?:cause|reason))\b",
        text,
    )
    if (
        denied
        and told_in(text, known)
        and not re.search(r"\b(?:shown|proven|alone|only|all|whole|entirely|fully|what|whatever|rest)\b", text)
        and "Q" not in text
    ):
        faults.append(f"{denied[0]}: the facts' cause is denied")
    if coincides := re.search(
        r"\b(?:which|that|who|and(?: it| so it)?) (?:has |have |had |then |clearly |also )*(?:caused|triggered|led to|brought|drove|broke|explains|(?:is|was) (?:also )?(?:the|its) (?:\w+ )?(?:cause|reason|explanation|culprit))\b",
        text,
    ):
        named = {str(f.value).lower() for f in known.facts if f.kind == "coincidence"} & set(sentence.names)
        open_yet = coincides[0].endswith(("cause", "reason", "explanation", "culprit")) and re.search(
            r"\bwhether $", text[: coincides.start()]
        )
        if named and not open_yet:
            faults.append(f"{coincides[0]}: what coincides is told to have done it")
    faults += [*_strange_cause(text, known), *_contrasts(text, stated, known), *_turned(text, known)]
    if not unknown_cause(known) and (none := _NOT_KNOWN.search(text)):
        faults.append(f"{none[0]}: the facts name a cause")
    if unknown_cause(known) and _NO_CAUSE.search(text) and not stated:
        return faults
    marker = next(iter(_markers(text, known)), None)
    if known.text("scope") == "everywhere" and re.search(r"\b(?:no|not|nothing|nobody)\b[^,;]*\bblame\b", text):
        return faults
    if marker is None:
        sure = _surely(text, known)
        return [*faults, f"{sure[0]}: surer than the facts"] if sure else faults
    return faults + _marked_cause(sentence, marker, stated, drivers, known)


_NO_CAUSE = re.compile(
    r"\bno (?:[a-z-]+ ){0,3}(?:causes?|explanation|reason)\b|\b(?:causes?|explanation|reason)\b[^,;]*\b(?:not|unknown|open|missing|unclear|yet to be)\b"
)
_NOT_KNOWN = re.compile(
    r"\b(?:cause|reason)s? (?:is|was|remains|are) (?:still |as yet |so far )?(?:unknown|not known(?! (?:for|with)\b)|a mystery)\b|\bno (?:\w+ )?cause (?:has been |was |is |has )?(?:yet )?(?:found|known|identified|seen)\b|\b(?:nobody|no one) (?:yet )?knows? (?:the cause|why)\b|\b(?:we|they) do not (?:yet )?know (?:the cause|why)\b"
)
_ONLY_MAYBE = re.compile(r"^(?!.*\b(?:likely|probabl|suspect)).*\b(?:possib\w+|may|might|could)\b")
_RATHER = re.compile(r"\b(?:likely|likeliest|probabl[ey]|most|suspect\w*|in all probability)\b")
_NAMED = re.compile(
    r"(?:^|[,;:] )(?P<before>[^,;:]+?) (?:is|was|are|were|may be|might be|could be) (?:the|a|an|its|one) (?:\w+ ){0,2}(?:cause|explanation|culprit)\b"
    r"|\b(?:cause|explanation|culprit) (?:is|was|may be|might be|could be|:) (?P<after>[^,;:.]+)"
)
_NAMES_CAUSE = re.compile(r"\b(?:cause|reason|explanation|culprit)\b[^,;.]{0,24}?(?: is| was| :)")


def _contrasts(text: str, stated: list[tuple[re.Match[str], str]], known: Known) -> list[str]:
    """`The cause is X, not Y`: X has to be the facts' cause, Y must not be."""
    named, mine = _NAMES_CAUSE.search(text), _cause_keys(known)
    if named is None or not mine or re.search(r"\b(?:not shown|unknown|whether|not proven|not clear)\b", text):
        return []
    other = [m.start() for m in re.finditer(r", (?:and )?not |\brather than |\binstead of ", text)]
    end = other[0] if other else len(text)
    said = {key for m, key in stated if named.end() <= m.start() < end}
    denied = {key for m, key in stated if m.start() > end}
    if (said and not said & mine and negated(text, named.end() + 1) is False) or (denied & mine and not said & mine):
        return [f"{named[0]}: the facts name another cause"]
    return []


_TURNS = (
    ("dearer", "cheaper"), ("longer", "shorter"), ("more", "fewer"), ("more", "less"), ("higher", "lower"),
    ("larger", "smaller"), ("growing", "shrinking"), ("rising", "falling"), ("new", "old"),
)  # fmt: skip


def _strange_cause(text: str, known: Known) -> list[str]:
    """A cause that is named in words of its own: its last word has to be one of the facts' cause."""
    named = _NAMED.search(text)
    if named is None or not known.by_name.get("cause") or unknown_cause(known) or told_in(text, known):
        return []
    phrase = (named["before"] or named["after"]).split()
    if set(phrase) & {
        "not",
        "no",
        "nothing",
        "open",
        "unknown",
        "known",
        "clear",
        "unclear",
        "shown",
        "proven",
        "certain",
    }:
        return []
    mine = [w for f in known.by_name["cause"] for w in words_of(f)]
    words = [w for w in phrase if len(w) > 3 and w not in known.texts] if phrase[-1:] and phrase[-1].isalpha() else []
    return [f"{words[-1]}: no fact names this cause"] if words and words[-1] == phrase[-1] and mine else []


def _turned(text: str, known: Known) -> list[str]:
    """`The cause is shorter prompts` where the facts' cause is longer ones."""
    named = _NAMES_CAUSE.search(text)
    for fact in known.by_name.get("cause", ()) if named else ():
        has, said = set(fact.text.lower().rstrip(".").split()), set(text.split())
        for pair in (*_TURNS, *(p[::-1] for p in _TURNS)):
            if pair[0] in has and pair[1] in said and pair[0] not in said:
                return [f"{pair[1]}: the facts' cause is the opposite"]
    return []


def _hedged(known: Known) -> bool:
    """True where the facts tell their cause as likely only."""
    told = " ".join(f.text for f in known.by_name.get("cause", ())).lower()
    return not told or bool(re.search(r"likely|may|probabl|possib|suspect", told))


def unknown_cause(known: Known) -> bool:
    """True where the facts name no cause."""
    return not any(f.value not in ("unknown", "none", None) for f in known.by_name.get("cause", ()))


def _surely(text: str, known: Known) -> re.Match[str] | None:
    """Words of certainty that are neither denied nor asked after, nor of a cause that is certain."""
    if not _hedged(known) and told_in(text, known):
        return None
    if re.search(r"\bwhether\b|\bno (?:\w+ ){0,2}(?:proof|evidence)\b", text):
        return None
    asked = (
        _CAUSE_WORD.search(text) or _MARKER.search(text) or re.search(r"\b(?:cause|release|version|reason|why)\b", text)
    )
    for match in _SURE.finditer(text):
        if not asked and re.match(
            r"(?:turned out|clear|obvious|plain|evident|sure|certain|definite)\w*|of course", match[0]
        ):
            continue
        of_nothing = re.match(r"^ (?:nothing|little|neither)\b", text[match.end() :])
        if (
            not of_nothing
            and not negated(text, match.start())
            and not re.search(r"\bfar from $", text[: match.start()])
        ):
            return match
    return None


def _is_driver(phrase: str, drivers: dict[str, float]) -> bool:
    return any(c in drivers for _, _, c in concepts_in(phrase))


def _markers(text: str, known: Known) -> list[re.Match[str]]:
    """Words that claim a cause; `from` only where it is no span, no move and no way up."""
    found = []
    for match in _MARKER.finditer(text):
        after = re.match(r" [a-z-]+ [a-z-]+", text[match.end() :])
        if match[0].endswith("from") and after and f"from{after[0]}" in known.texts:
            continue
        if match[0] == "from" and re.match(
            r" (?:the |an? |its )?(?:[QTDN]\d|usual|expected|what|normal|baseline)", text[match.end() :]
        ):
            continue
        if match[0] == "from" and not re.search(r"Q\d|comes?|came", text[: match.start()]):
            continue
        if (
            match[0] == "behind"
            and re.match(r" (?:volume|requests|it\b|the (?:expected|budget))", text[match.end() :])
            and not re.search(r"\b(?:is|was|are|were|be|stands?|lies?) $", text[: match.start()])
            and "Q" not in text[: match.start()]
        ):
            continue
        if match[0].startswith(("prove", "proof")) and negated(text, match.start()):
            continue
        if match[0].startswith("explain") and text[: match.start()].endswith("to "):
            continue
        if re.match(
            r" (?:the |what |our )?(?:baseline|D\d|last|past|previous|history|Q\d+ (?:days|weeks))", text[match.end() :]
        ):
            continue
        if (
            match[0] == "responsible"
            and re.match(r" for (?:the )?(?:feature )?N\d", text[match.end() :])
            and not concepts_in(text)
        ):
            continue
        if match[0] == "behind" and re.match(r" (?:us|them)\b", text[match.end() :]):
            continue
        if match[0] == "behind" and re.search(
            r"\b(?:model|team|feature|workflow|owner|one|customer|region|environment|provider|account) $",
            text[: match.start()],
        ):
            continue
        if match[0] == "behind" and re.search(
            r"\bno (?:single |one )?\w+ (?:is|was|stands) $|\b(?:nobody|nothing|none) [\w ]*$", text[: match.start()]
        ):
            continue
        if match[0] in ("from", "lies with", "lie with", "lies in", "lie in") and not _things_after(text, match.end()):
            continue
        if match[0] == "due to" and re.match(r" (?:end|finish|stop|be|have|run|last|close)\b", text[match.end() :]):
            continue
        if match[0] == "down to" and re.match(r" Q", text[match.end() :]):
            continue
        found.append(match)
    return found


_CHAIN = re.compile(
    r"\b(?:went up|rose|grew|increased|went down|fell|dropped|changed|got (?:longer|larger|dearer))[a-z ]*? (?:because of|because|due to|thanks to|owing to|as a result of) (?P<by>[^,;]+)"
)


def _things_after(text: str, at: int) -> bool:
    """True where a driver or a cause is named soon after this place."""
    soon = re.split(r"[,;:(]", text[at:])[0]
    return bool(concepts_in(soon) or _CAUSE_WORD.search(soon))


def _marked_cause(
    sentence: Sentence,
    marker: re.Match[str],
    stated: list[tuple[re.Match[str], str]],
    drivers: dict[str, float],
    known: Known,
) -> list[str]:
    text = sentence.text
    maybe, hedge = _MAYBE.search(text), _HEDGE.search(text)
    named = re.match(r" (?:the |release |version |flag |deploy\w* (?:of )?)*N(\d+)", text[marker.end() :])
    if (
        named
        and not maybe
        and sentence.names[int(named[1])] in {str(f.value).lower() for f in known.facts if f.kind == "coincidence"}
    ):
        return ["a release or event that coincides is told as the cause"]
    sure = _surely(text, known)
    if sure:
        return [f"{sure[0]}: surer than the facts"]
    if maybe and re.search(r"\b(?:whether|link|connection|relation\w*|correlation)\b", text) and not stated:
        return []
    cause = known.by_name.get("cause", ())
    coincidences = {str(f.value).lower() for f in known.facts if f.kind == "coincidence"}
    names = [n for n in re.findall(r"\bN\d+\b", text)]
    about_release = bool(re.search(r"\b(?:release|deploy\w*|rollout|version|launch)\b", text)) and bool(names or maybe)
    plainly = maybe or ("Q" not in text and not concepts_in(text))
    about_release = about_release or bool(plainly and coincidences & set(sentence.names))
    keys = {key for _, key in stated}
    told_cause = told_in(text, known) or any(_phrase_in(f.text, text) for f in cause)
    if about_release and coincidences and not told_cause:
        if maybe:
            return []
        spoken = [c for _, _, c in concepts_in(text)]
        if (
            _ACCOUNTING.match(marker[0])
            and "Q" in text
            and any(c in drivers for c in spoken)
            and not re.search(
                r"(?:because of|due to|caused by|from|by|thanks to|owing to) (?:the )?(?:new )?(?:release|deploy)", text
            )
        ):
            return []
        return ["a release or event that coincides is told as the cause"]
    if told_cause:
        told = " ".join(f.text for f in cause).lower()
        if _ONLY_MAYBE.search(told) and _RATHER.search(text) and not maybe:
            return ["the cause is told as likely, its fact as possible"]
        hedged = bool(hedge or maybe) or not _hedged(known)
        measured = {q.concept for q in known.quantities} | set(drivers)
        accounting = (
            any(f.unit in ("usd", "percent") for f in sentence.figures)
            and _ACCOUNTING.match(marker[0])
            and any(c in measured for _, _, c in concepts_in(text))
        )
        return [] if hedged or accounting else ["the cause is told as certain, its fact is not"]
    if (
        cause
        and re.search(
            r"^(?:caused?|causes|causing|responsible|blamed?|culprit|root cause|at fault|triggered|trigger)$", marker[0]
        )
        and not maybe
        and not (
            marker[0] == "responsible"
            and "Q" in text
            and any(q.concept in dict.fromkeys(c for _, _, c in concepts_in(text)) for q in known.quantities)
        )
    ):
        return ["no fact names this cause"]
    if (
        maybe
        and re.search(r"\b(?:the|its|a|no|what the) cause\b|\bcauses?\b|\breason\b|\bwhy\b|\bcaused\b", text)
        and not keys - _supported_causes(known)
    ):
        return [] if not stated or not hedge else ["no fact names this cause"]
    spoken = [c for _, _, c in concepts_in(text)]
    spoken += [c for n in sentence.names for start, end, c in concepts_in(n) if (start, end) == (0, len(n))]
    backed = [c for c in spoken if c in drivers and (known.excess is None or drivers[c] * known.excess > 0)]
    parts = {concept_of(n) for n in known.parts}
    chain = _CHAIN.search(text)
    if chain and "Q" not in text and concepts_in(text[: chain.start()]) and concepts_in(chain["by"]):
        return [f"{chain[0]}: no fact links the two"]
    if (
        _ACCOUNTING.match(marker[0])
        and (backed or parts)
        and not (cause and re.search(r"\bthe (?:likely |probable )?cause\b", text))
    ):
        return []
    if (
        _ACCOUNTING.match(marker[0])
        and any(c in ("staging", "untagged", "share_of_pool", "error") for c in spoken)
        and any(q.concept in spoken for q in known.quantities)
    ) or re.search(r"\bbaseline\b", text):
        return []
    if marker[0] in ("from", "comes from", "come from", "came from", "coming from") and (
        "N" in text or any(q.concept in spoken for q in known.quantities)
    ):
        return []
    return [f"{marker[0]}: no fact names this cause"]


def told_in(text: str, known: Known) -> bool:
    """True where the words speak of the cause that the facts name, by its kind or in its own words."""
    said = text.split()
    for fact in known.by_name.get("cause", ()):
        words = [w for w in words_of(fact) if w not in _OF_CAUSES]
        if words and all(any(w.startswith(word) for w in said) for word in words):
            return True
    return bool(
        _cause_keys(known) & {_CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0] for m in _CAUSE_WORD.finditer(text)}
    )


_OF_CAUSES = {"likely", "lik", "possible", "possibl", "confirm", "probabl", "suspect", "caus", "most", "may", "known"}


def _phrase_in(fact_text: str, text: str) -> bool:
    """True where the sentence holds the cause as its fact words it."""
    phrase = re.sub(
        r"^(?:the|an?|one) (?:most )?(?:\w+ )?cause (?:is|was|may be|might be) (?:an? )?|\.$",
        "",
        fact_text.lower().strip(),
    )
    return bool(phrase) and phrase.strip(" .") in text
