"""The kinds of causes and their words: which does a text name, and which do the facts?"""

from __future__ import annotations

import re
from functools import lru_cache

from explainer.checker.events import words_of
from explainer.checker.quantities import Known

_CAUSE_KEYS: tuple[tuple[str, str], ...] = (
    ("retry_storm", r"retr(?:y|ies|ied|ying)(?: storm| loop)?s?"),
    ("agent_loop", r"(?:agent |runaway |endless |infinite )?loop(?:s|ing|ed)?|runaway agents?|agents? (?:in a )?loop\w*|agents?(?: \w+){0,4} (?:loop\w*|repeat\w*|circles)|repeat(?:s|ing|ed) (?:itself|themselves)"),
    ("cache_regression", r"(?:lost|broken|missing|failing|worse|less|stopped) (?:prompt )?cach\w+|cache (?:regression|misses|loss|breakage)|(?:loss|lack|failure|absence|breakdown|drop|decline) of (?:the )?(?:prompt )?cach\w+|prompt caching|cach(?:e|ing)"),
    ("output_growth", r"longer (?:answers|outputs?|completions|responses|replies)|(?:answers|outputs?|completions|responses|replies)(?: \w+){0,4} (?:(?<!no )longer|wordier|growing|grown|grew)|(?:answers|outputs?) (?:got|getting|becoming) longer|output (?:growth|length)|wordier answers"),
    ("prompt_growth", r"(?:longer|larger|bigger) (?:prompts?|inputs?|contexts?)|(?:prompts?|inputs?|contexts?)(?: (?!that is\b)\w+){0,4} (?:(?<!no )longer|larger|bigger|growing|grown|grew)|prompt growth|prompts? (?:got|getting) longer|input growth"),
    ("model_switch", r"(?:a )?(?:model switch|(?:switch|move|shift|shifted|moved|switched|migrat\w+) (?:from N\d+ )?to (?:a |the )?(?:dearer|pricier|more expensive|larger|another|different|costlier|N\d+)(?: model)?)|(?:another|other|different|new) model(?! version)|(?:dearer|pricier|more expensive|costlier) models?|model (?:change|swap|shift)|(?:switch|change|shift|swap) of (?:the )?models?"),
    ("version_upgrade", r"(?:new|newer) (?:model )?(?:version|snapshot)|version (?:upgrade|change)|upgrade|snapshot"),
    ("price_change", r"(?:price|list price|pricing|tariff)(?: (?:change|increase|rise|hike|cut))?s?|higher (?:list )?prices?|provider's prices?|rate change"),
    ("traffic_surge", r"(?:more|higher|extra|surge in|rise in|rising|increased|growing) (?:traffic|volume|runs|demand|use|usage)|traffic(?: surge| spike)?|surge|demand|more use everywhere|usage growth"),
    ("planned_batch", r"(?:planned |announced |scheduled )?batch(?: job| run)?|re-?index\w*|backfill|nightly job|cron(?:job)?"),
    ("batch_overrun", r"(?<!cost )(?<!budget )(?<!spending )overrun(?! (?:its|the) budget)\w*|overran(?! (?:(?:its|the|our|what|expect\w*|usual|normal|baseline|cost|costs|bill|was|by|about|around|roughly|some|nearly|almost|just|over|under|more|less|than) )*Q\d)|ran (?:on )?past|past its (?:planned )?end|beyond its plan"),
    ("feature_launch", r"(?:feature |product )?launch(?:ed|es)?|new feature|roll-?out"),
    ("outage_drop", r"outages?|downtime|unavailab\w+|provider (?:incident|failure|trouble)|fell over|crash(?:ed|es)?"),
    ("slow_growth", r"slow (?:growth|creep)|creeping growth|steady growth|gradual growth|slowly growing prompts?"),
    ("untagged_growth", r"(?:lost|missing|dropped) (?:their )?tags?|untagged (?:requests|spend)|tags? (?:lost|missing)|tagging"),
    ("staging_leak", r"staging(?: environment| leak| traffic| load)?|load tests?|test (?:traffic|environment|load)"),
    ("credit", r"credits?(?: (?:ended|expired|expiry))?|discounts?|promotion|free tier"),
    ("pool_change", r"(?:new |changed |different )?(?:split|allocation|key) of (?:the )?(?:shared )?pool|re-?allocation|(?:pool|pool 's|pool's) split|(?:another|other|new|different) (?:split|division)|(?:split|divided|shared out) (?:otherwise|differently|in another way|another way)|split of(?! (?:the |its )?(?:excess|difference|rise|increase|cost|bill|extra)\b)"),
    ("tag_move", r"renam(?:e|ed|ing)|reorganisation|reorg"),
    ("data_fault", r"data (?:fault|error|gap|problem)|double[- ]count\w*|duplicate (?:data|rows)|late data|measurement error|billing (?:error|mistake|bug)|glitch"),
    ("other", r"bugs?|misconfigur\w+|attack\w*|abuse|abusive|bots?|scraper\w*|scraping|campaign\w*|marketing|holidays?|weekends?|season\w*|black friday|new customers?|customers?|experiments?|a/b tests?|developers?|engineers?|human error|mistakes?|intern|leaked|stolen|fraud(?:ulent)?|hackers?|ddos|memory leak|typo|configuration|config|settings?(?! (?:an?|the)\b)|vendor|supplier|weather|press|(?<!good )(?<!bad )(?<!the )news|sale|promo|spam|crawl\w*|feature flag|flag|exchange rate|currency|tax|inflation|competitor\w*|surcharges?|penalt(?:y|ies)|end of (?:the )?quarter|quarter-end|conference|audit|timeouts?|rate limits?|throttl\w+|regression|database|network|infrastructure|hardware|capacity|migration|test suite|ci|pipeline"),
)  # fmt: skip


CAUSE_WORD = re.compile("|".join(rf"(?P<k{i}>\b(?:{p})(?![\w-]))" for i, (_, p) in enumerate(_CAUSE_KEYS)))


_RELATED = {
    "cause:prompt_growth": {"slow_growth"},
    "cause:slow_growth": {"prompt_growth", "slow_growth"},
    "cause:batch_overrun": {"planned_batch", "batch_overrun"},
    "cause:everywhere": {"traffic_surge"},
    "cause:unannounced_launch": {"feature_launch"},
    "cause:pool": {"pool_change"},
    "cause:untagged_growth": {"untagged_growth"},
}


THING = re.compile(
    r" (?:the |release |version |flag |config(?:uration)? |change |event |outage |roll-?out |deploy\w* |of )*N(\d+)"
)
"""What may be told to have brought something about: `because of release N0`."""


def stated_causes(text: str) -> list[tuple[re.Match[str], str]]:
    """Each phrase of a text that names a kind of cause, with the kind."""
    return [(m, _CAUSE_KEYS[int((m.lastgroup or "k0")[1:])][0]) for m in CAUSE_WORD.finditer(text)]


@lru_cache(maxsize=8)
def cause_keys(known: Known) -> frozenset[str]:
    """The keys of the facts' causes, by their values and by their words."""
    causes = {str(f.value) for f in known.by_name.get("cause", ())}
    causes |= {key for cause in causes for key in _RELATED.get(f"cause:{cause}", ())}
    texts = " ".join(f.text for f in known.by_name.get("cause", ())).lower()
    return frozenset(causes | {key for _, key in stated_causes(texts)})


@lru_cache(maxsize=8)
def supported_causes(known: Known) -> frozenset[str]:
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
    if known.by_name.get("growth_per_week"):
        supported.add("slow_growth")
    for fact in known.by_name.get("cause", ()):
        supported.add(str(fact.value))
        supported |= _RELATED.get(f"cause:{fact.value}", set())
    # What the other facts' sentences speak of may be spoken of.
    return frozenset(supported | {key for _, key in stated_causes(_trusted(known))})


def _trusted(known: Known) -> str:
    skipped = {"team", "feature"}
    return " ".join(
        f.text
        for f in known.facts
        if f.name not in skipped and f.name not in ("release_title", "event_title", "title", "note")
    ).lower()


_OF_CAUSES = {"likely", "lik", "possible", "possibl", "confirm", "probabl", "suspect", "caus", "most", "may", "known"}


def told_in(text: str, known: Known) -> bool:
    """True where the words speak of the cause that the facts name, by its kind or in its own words."""
    said = text.split()
    for fact in known.by_name.get("cause", ()):
        words = [w for w in words_of(fact) if w not in _OF_CAUSES]
        if words and all(any(w.startswith(word) for w in said) for word in words):
            return True
    return bool(cause_keys(known) & {key for _, key in stated_causes(text)})


def hedged_cause(known: Known) -> bool:
    """True where the facts tell their cause as likely only."""
    told = " ".join(f.text for f in known.by_name.get("cause", ())).lower()
    return not told or bool(re.search(r"likely|may|probabl|possib|suspect", told))


def unknown_cause(known: Known) -> bool:
    """True where the facts name no cause."""
    return not any(f.value not in ("unknown", "none", None) for f in known.by_name.get("cause", ()))


def phrase_in(fact_text: str, text: str) -> bool:
    """True where the sentence holds the cause as its fact words it."""
    phrase = re.sub(
        r"^(?:the|an?|one) (?:most )?(?:\w+ )?cause (?:is|was|may be|might be) (?:an? )?|\.$",
        "",
        fact_text.lower().strip(),
    )
    return bool(phrase) and phrase.strip(" .") in text
