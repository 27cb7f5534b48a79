"""The checker accepts what is true and refuses what is wrong in one thing, above its floors on the committed cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.checker import answer, fact_of
from explainer.checker import check
from fixtures import checker_phrasings as phrasings
from fixtures.checker_blind import blind_cases
from fixtures.make_checker_cases import cases

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "fixtures" / "checker_cases.jsonl").read_text("utf-8").splitlines()
]
BLIND = Path(__file__).parent.parent / "fixtures" / "checker_blind"
FACTS = [fact_of(raw) for raw in CASES[0]["facts"]]


def refused(truth: bool) -> float:
    """The share of the committed cases of this truth that is refused."""
    told = [answer(case)["accepted"] for case in CASES if case["truth"] is truth]
    return sum(not accepted for accepted in told) / len(told)


def test_the_wrong_are_refused() -> None:
    """Of at least 200 texts that are wrong in one thing, over 98 % are refused."""
    assert sum(not case["truth"] for case in CASES) >= 200
    assert refused(False) >= 0.98


def test_the_true_are_accepted() -> None:
    """Of at least 200 true texts in many phrasings, at most 2 % are refused."""
    assert sum(case["truth"] for case in CASES) >= 200
    assert refused(True) <= 0.02


def test_words_nobody_thought_of() -> None:
    """Texts written without looking at the rules: no wrong one passes, and at most 8 % of the true are refused."""
    sets = (
        (phrasings.FACTS, phrasings.TRUE, phrasings.WRONG),
        (phrasings.ENDED_FACTS, phrasings.ENDED_TRUE, phrasings.ENDED_WRONG),
    )
    told = [
        (text, [fact_of(f) for f in facts], wrong) for facts, *both in sets for wrong in (0, 1) for text in both[wrong]
    ]
    assert [text for text, facts, wrong in told if wrong and not check(text, facts)] == []
    refused = [text for text, facts, wrong in told if not wrong and check(text, facts)]
    assert len(refused) <= 0.08 * sum(not wrong for _, _, wrong in told), refused


TOLD = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "fixtures" / "checker_told.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("told", TOLD)
def test_sentences_of_facts_of_many_kinds(told: dict[str, Any]) -> None:
    """Alerts, flags, outages, credits, persons and limits that only their facts know: the true sentences are accepted,
    those that are wrong in one thing refused."""
    facts = [fact_of(raw) for raw in told["facts"]]
    assert [text for text in told["true"] if check(text, facts)] == []
    assert [text for text in told["wrong"] if not check(text, facts)] == []


@pytest.mark.parametrize(
    ("name", "wrong_floor", "true_ceiling"),
    (
        ("third", 0.98, 0.06),
        ("fourth", 0.98, 0.02),
        ("fifth", 0.98, 0.02),
        ("sixth", 0.98, 0.08),
        ("seventh", 0.98, 0.02),
        ("eighth", 0.98, 0.02),
        ("ninth", 0.98, 0.02),
        ("tenth", 0.98, 0.02),
        ("eleventh", 0.98, 0.08),
        ("twelfth", 0.91, 0.02),
        ("thirteenth", 0.89, 0.02),
        ("fourteenth", 0.98, 0.02),
        ("fifteenth", 0.98, 0.02),
        ("sixteenth", 0.9, 0.08),
        ("seventeenth", 0.9, 0.08),
        ("eighteenth", 0.98, 0.02),
        ("nineteenth", 0.98, 0.02),
        ("twentieth", 0.98, 0.02),
        ("twenty_first", 0.98, 0.02),
        ("twenty_second", 0.96, 0.02),
        ("twenty_third", 0.9, 0.08),
    ),
)
def test_blind_sets(name: str, wrong_floor: float, true_ceiling: float) -> None:
    """Sets written blind, with their own worlds: what was mended on them stays mended. Nothing was mended on the
    sixteenth, the seventeenth and the last: they show what holds of texts never seen."""
    cases = blind_cases(BLIND / f"{name}.txt")
    wrong = [case for case in cases if not case["truth"]]
    true = [case for case in cases if case["truth"]]
    assert len(wrong) >= 36 and len(true) >= 29
    passed = [case["text"] for case in wrong if answer(case)["accepted"]]
    refused = [case["text"] for case in true if not answer(case)["accepted"]]
    assert len(passed) <= (1 - wrong_floor) * len(wrong), passed
    assert len(refused) <= true_ceiling * len(true), refused


def test_the_cases_are_what_their_script_makes() -> None:
    """The committed cases are those of the committed script."""
    assert json.loads(json.dumps(cases())) == CASES


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    """Whatever a model writes, the checker answers."""
    assert isinstance(check(text, FACTS), list)


def fact(name: str, value: Any, unit: str | None, text: str, kind: str = "amount") -> dict[str, Any]:
    return {"id": name, "kind": kind, "name": name, "value": value, "unit": unit, "text": text}


FIGURES = [
    fact("cost_actual", 2_404.0, "usd", "inbox cost $2,404.00 in the incident."),
    fact("cost_expected", 1_204.0, "usd", "The expected cost was $1,204.00."),
    fact("excess", 1_200.0, "usd", "The cost is $1,200.00 above the expected cost."),
    fact("feature", "inbox", None, "The feature is inbox.", "name"),
    fact("staging_share_before", 6.4, "percent", "Staging made up 6.4 % of the cost before.", "share"),
    fact("staging_share_after", 43.3, "percent", "Staging makes up 43.3 % of the cost now.", "share"),
]


@pytest.mark.parametrize(
    "text",
    (
        "inbox cost $1.2k more than expected.",
        "inbox cost 1.2 thousand dollars more than expected.",
        "inbox cost USD 2,404, about twice what was expected.",
        "Spend on inbox doubled.",
        "Spend on inbox rose twofold.",
        "The excess is half of the cost.",
        "Staging makes up more than two fifths of the cost.",
        "Staging rose by 36.9 percentage points.",
        "For every dollar expected, inbox spent 2.0 times that, so $2,404 rather than $1,204.",
        "Staging is up by 36.9 points, to 43.3 % of the cost.",
        "$2,404 - $1,204 = $1,200",
    ),
)
def test_usual_forms(text: str) -> None:
    """Rounding in any usual form, number words and what follows exactly are accepted."""
    assert check(text, [fact_of(raw) for raw in FIGURES]) == []


@pytest.mark.parametrize(
    "text",
    (
        "inbox cost $1.3k more than expected.",
        "inbox cost €1,200 more than expected.",
        "inbox cost $1,200 less than expected.",
        "inbox cost $1,204 where $2,404 was expected.",
        "Spend on inbox tripled.",
        "Staging rose by 36.9 %.",
        "Staging makes up 6.4 % now, 43.3 % before.",
        "Spend on outbox doubled.",
        "Spend on inbox doubled because of a campaign.",
        "Spend on inbox doubled, the most ever.",
        "Spend on inbox doubled. It will fall again.",
        "Spend on inbox did not double.",
        "For every dollar expected, inbox spent 3.0 times that, so $2,404 rather than $1,204.",
        "Staging is up by 36.9 points, to 6.4 % of the cost.",
        "$2,404 - $1,200 = $1,304",
        "inbox cost many times what was expected.",
        "inbox cost $2,404, so $1,200 went unspent.",
        "The spend on inbox paid for itself.",
        "The team started sending longer answers.",
        "The team used a larger model.",
        "The team passed the bill to finance.",
        "Next is a cleanup of the prompts.",
    ),
)
def test_wrong_in_one_thing(text: str) -> None:
    """One wrong digit, currency, direction, role, ratio, unit, order, name, cause, record, promise, deed or denial is one too many."""
    assert check(text, [fact_of(raw) for raw in FIGURES]) != []
