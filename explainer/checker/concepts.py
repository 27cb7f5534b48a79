"""What a figure or a verb can be about, and the words for it."""

from __future__ import annotations

import re

from explainer.checker.families import ABOUT

COST = "cost"

PHRASES: tuple[tuple[str, str], ...] = (
    ("cost_per_run", r"(?:cost|price) (?:of|for|per) (?:an? |one |each |every |the average |a single )?run|(?:an?|one|each|every|the average|an average|a single|a typical|average) run (?:now |then )?costs?|run costs"),
    ("cost_per_request", r"(?:cost|price) (?:of|for|per) (?:an? |one |each |every |the average |a single |any )?(?:request|call)|(?:an?|one|each|every|the average|an average|a single|a typical|average) (?:request|call) (?:now |then )?costs?"),
    ("requests_per_run", r"(?:each|every|one|a|the average|an average) (?:run|workflow run) (?:now |then )?(?:makes?|made|takes|took|needs?|needed|uses?|used|sends?|sent|fires?|fired|issues?|issued)|runs (?:now )?(?:make|made|take|took|need|needed)|each one (?:now )?(?:makes?|made|took|takes?|needs?|needed|sent|sends?)|(?:number of )?(?:model )?(?:requests|calls) (?:per|a|in each|in a|for each|each) (?:run|workflow run|execution)|(?:requests|calls)-per-run|calls each run|requests each run"),
    ("max_run", r"no run|(?:longest|largest|busiest|peak|worst|biggest|heaviest|top|maximum) run|single run|one run"),
    ("outcome", r"(?:cost|price|spend) per (?!run\b|request\b|call\b|hour\b|day\b|week\b|month\b|outcome\b|token\b|(?:million|thousand|billion) (?:\w+ )?tokens?\b|tokens\b|team\b|user\b|customer\b|D\d)(?:[a-z-]+ )?[a-z-]+|(?:cost|price) of (?:one|each|every) (?!run\b|request\b|call\b|outcome\b)[a-z-]+(?: call)?|(?:measured )?per (?:summarised|answered|reviewed|checked|resolved|processed|handled|completed|closed|finished) [a-z-]+"),
    ("cache", r"cached (?:input|prompt)s?(?: tokens?)?|(?:cached|cache) (?:share|part|portion)(?: of (?:the |its |all )?input)?(?: tokens)?|(?:share|part|portion|less|more|fewer|Q\d+) of (?:the |its |all )?input(?: tokens)? (?:is |are |was |were |that is |now |that )?(?:read|served|taken|comes?|came|coming) (?:now )?from (?:the )?cache|(?:lost |prompt )*cach(?:e|ing|ed)(?: (?:use|usage|hits?|misses|reads?|regression|hit rate))?"),
    ("input", r"input tokens?(?: (?:per|a|in each|for each) (?:request|call))?|(?:tokens? of |longer |larger |bigger |growing )?(?:input|inputs|prompts?|contexts?)(?: (?:length|size|tokens?))?(?: (?:per|a) (?:request|call))?"),
    ("output", rf"output tokens?(?: (?:per|a|in each|for each) (?:request|call))?|(?:tokens? of |longer |larger )?(?<!short )(?<!quick )(?<!simple )(?<!honest )(?:output|outputs|answers?(?! {ABOUT}Q\d+ of )|completions?|responses?|repl(?:y|ies))(?: (?:length|size|tokens?))?(?: (?:per|a) (?:request|call))?"),
    ("model_mix", r"model[ -]mix|mix of models|the mix|model choice|choice of model|model switch(?:es)?|model shift"),
    ("price", r"(?:price|cost|rate) (?:per|of|for) (?:an? |one |each |every )?(?:million |thousand |billion )?(?:input |output )?tokens?|(?:unit price|prices?) of (?:N\d+ )?(?:'s )?(?:input |output )?tokens|(?:unit |list |model |token )?(?:prices?|pricing)(?: (?:change|changes|increase|rise))?|unit cost|price list"),
    ("untagged", r"untagged(?: (?:spend|cost|costs|share|requests))?|(?:without|lost|lose|missing|no|lack(?:s|ing)?(?: of)?) (?:a |any |its |their )?(?:team |owner )?tags?|chang(?:e|ed|es) (?:its|their) tags?|attribution|unattributed"),
    ("credit", r"credits?"),
    ("staging", r"staging|non-production|test environment"),
    ("error", r"failed requests|failed calls|failing requests|error rate|errors?|failures?|failure rate|error share|requests failed|of requests fail(?:ed|s)?|requests? (?:now )?fail(?:s|ed|ing)?|calls? (?:now )?fail(?:s|ed|ing)?|calls failed|fail(?:ed|s|ing)?"),
    ("budget", r"budgeted|(?:month(?:ly|'s)? )?budgets?|allowance"),
    ("forecast", r"month[ -]end(?: forecast| estimate)?|T\d+ (?:will |should |would |is set to |is due to |is forecast to )?(?:closes?|ends?|finish(?:es)?|lands?) (?:at|with|on|above|below|over)|forecasts?|forecasted|projected|projection|on course for|heading for|on track for|set to (?:end|close|finish|land)|month (?:will|would|is going to|should) (?:cost|come to|reach|hit|total)|month ends?(?: at| with)?|end the month|ends the month|close the month|closes the month|month (?:now )?(?:closes|finishes)|month (?:will|would) (?:close|finish)|finish the month|this pace|current pace|at this rate|run-rate|will end|month (?:is|will|should|would) end|end of the month|by month's end"),
    ("share_of_pool", r"shared pool|pool|reserved capacity"),
    ("outcome", r"(?:cost |price )?(?:of |for |per )(?:an? |one |each |every )?outcome|(?:an?|one|each|every) (?:average |single )?outcome(?: (?:now )?costs?)?|unit economics"),
    ("volume", r"(?<!N\d )(?<!N\d\d )(?<!per )(?<!each )(?<!every )(?<! a )(?:run )?(?:volumes?|traffic|(?:workflow )?runs(?! (?:Q\d+ (?:its|the|above|over|more|of|as|what)|at|over|above|below|under|well)\b)|workflow run|(?:number|count|total) of (?:workflow )?(?:runs|executions)(?! per)|run count|more use|usage|demand|executions?)"),
    ("requests", r"(?<!on-)(?<!each )(?<!per )(?<!every )(?<! a )(?<!of )(?<!of the )(?<!of all )(?<!of its )(?:model )?(?:requests?|calls?)(?: (?:volume|count))?|(?:number|count|total) of (?:model )?(?:requests|calls)(?! (?:per|in each|in a|each|a) )"),
)  # fmt: skip
CONCEPT = re.compile("|".join(rf"(?P<c{i}>\b(?:{p})(?![\w-]))" for i, (_, p) in enumerate(PHRASES)))

OF_NAME: tuple[tuple[str, str], ...] = (
    ("cost_per_run", "cost_per_run"),
    ("cost_per_request", "cost_per_request"),
    ("requests_per_run", "requests_per_run"),
    ("max_requests_in", "max_run"),
    ("longest_run", "max_run"),
    ("input_tokens", "input"),
    ("prompt", "input"),
    ("output_tokens", "output"),
    ("cach", "cache"),
    ("model_mix", "model_mix"),
    ("price", "price"),
    ("untagged", "untagged"),
    ("attribution", "untagged"),
    ("credit", "credit"),
    ("staging", "staging"),
    ("error", "error"),
    ("failed", "error"),
    ("month_end_forecast", "forecast"),
    ("forecast", "forecast"),
    ("budget", "budget"),
    ("growth", COST),
    ("pool", "share_of_pool"),
    ("outcome", "outcome"),
    ("volume", "volume"),
    ("runs", "volume"),
    ("requests", "requests"),
    ("teams", "teams"),
)
"""What a fact is about, by a part of its name; the first that fits."""


def concept_of(name: str) -> str:
    """What the fact of this name is about; `cost` where nothing narrower."""
    if name.startswith("excess_by_"):
        return f"part:{name.split(':', 1)[-1].lower()}"
    return next((concept for part, concept in OF_NAME if part in name), COST)


def concepts_in(text: str) -> list[tuple[int, int, str]]:
    """Start, end and concept of each phrase of a canonical sentence."""
    found: list[tuple[int, int, str]] = []
    for match in CONCEPT.finditer(text):
        index = int((match.lastgroup or "c0")[1:])
        # A noun right after its figure says what is counted, not what the sentence is about.
        counted = match[0] in ("requests", "calls", "runs") and re.search(r"Q\d+ $", text[: match.start()])
        if counted and (found or re.match(rf" (?:for|cost|at) {ABOUT}Q\d", text[match.end() :])):
            continue
        found.append((match.start(), match.end(), PHRASES[index][0]))
    return found
