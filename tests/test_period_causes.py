"""Two weeks that differ in one thing: the cause that the question "why did spend change" gets, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest

from explainer import Context, Explanation, explain_change, explain_incident, narrate
from explainer.checker import check
from explainer.types import Cause, Reader
from ledger.table import CostTable, table_of
from ledger.types import Event, Outcome, Scope
from tests.messages import incident

START, WEEK = datetime(2026, 11, 2, tzinfo=UTC), timedelta(days=7)
PLACES = (("search", "ranking"), ("search", "recall"), ("legal", "review"), ("support", "replies"))
MODELS = {"gpt-5": 10_000, "gpt-5-mini": 2_000}
"""Nano-dollars a token."""

Row = dict[str, Any]


def week(first: int) -> list[Row]:
    """A week of hourly rows from the week of that number on."""
    rows = []
    for hour in range(168):
        at = START + first * WEEK + timedelta(hours=hour)
        for i, (team, feature) in enumerate(PLACES):
            for model, price in MODELS.items():
                requests = 100 + 10 * i + 37 * hour % 11
                tokens_in, tokens_out = 1_000 * requests, 200 * requests
                rows.append(
                    {"hour": at, "team": team, "feature": feature, "workflow": "main", "environment": "production", "provider": "openai",
                     "model": model, "charge": "usage", "source": "log", "runs": requests, "requests": requests, "errors": 0,
                     "input_tokens": tokens_in, "cached_input_tokens": 0, "cache_write_tokens": 0, "output_tokens": tokens_out,
                     "cost_nano": price * (tokens_in + 5 * tokens_out)}
                )  # fmt: skip
    return rows


def other(first: int, charge: str, team: str | None, dollars: float) -> list[Row]:
    """A credit or a share of a pool, a day at a time."""
    return [
        {"hour": START + first * WEEK + timedelta(days=d), "team": team, "feature": None, "workflow": None, "environment": None,
         "provider": "openai", "model": None, "charge": charge, "source": "bill", "grain": "day", "cost_nano": round(dollars * 1e9)}
        for d in range(7)
    ]  # fmt: skip


def asked(one: list[Row], two: list[Row], scope: Scope = (), events: tuple[Event, ...] = ()) -> Explanation:
    """Why the second week is not as the first."""
    table = table_from(one + two)
    made = explain_change(
        table, scope=scope, period=(START + WEEK, START + 2 * WEEK), against=(START, START + WEEK), events=events,
        now=START + 2 * WEEK, context=Context(),
    )  # fmt: skip
    adds_up(made)
    for reader in get_args(Reader):
        words = narrate(made, reader)
        assert check("\n".join((words.headline, *words.sentences)), made.facts) == [], words
    return made


def table_from(rows: list[Row]) -> CostTable:
    """The rows as the explainer reads them."""
    frame = pd.DataFrame([{"grain": "hour", **row} for row in rows])
    counts = [c for c in frame if c.endswith("tokens") or c in ("runs", "requests", "errors")]
    return table_of(frame.astype({c: "Int64" for c in counts}))


def adds_up(why: Explanation) -> None:
    """Drivers, places with the rest, and every table come to the difference exactly."""
    assert sum(v for _, v in why.drivers) == why.delta == why.current - why.base
    assert sum(p.delta for p in why.places) + why.rest == why.delta
    for place in why.places:
        assert sum(v for _, v in place.drivers) == place.delta
    for name, parts in why.parts:
        assert sum(p.delta for p in parts) == why.delta
        for part in parts if name not in ("version", "release") else ():
            assert sum(v for _, v in part.drivers) == part.delta


def changed(rows: list[Row], where: Callable[[Row], bool], **by: float | str | None) -> list[Row]:
    """The rows with some fields set, or multiplied where a number is given, and their cost as it then is."""
    out = []
    for old in rows:
        row = dict(old)
        if where(row):
            for name, value in by.items():
                row[name] = round(row[name] * value) if isinstance(value, float) else value
            if not {"cost_nano", "charge"} & by.keys() and row["charge"] == "usage":
                row["cost_nano"] = MODELS[row["model"]] * (row["input_tokens"] + 5 * row["output_tokens"])
        out.append(row)
    return out


def of_search(row: Row) -> bool:
    return row["team"] == "search"


def of_review(row: Row) -> bool:
    return row["feature"] == "review"


POOL = [*other(0, "pool", "search", 60.0), *other(0, "pool", "legal", 40.0)]
TWICE = {"runs": 2.0, "requests": 2.0, "input_tokens": 2.0, "output_tokens": 2.0}

CASES: dict[str, tuple[list[Row], list[Row], str, str]] = {
    "a credit ends": (week(0) + other(0, "credit", "legal", -90.0), week(1), "credit", "a credit ended"),
    "a credit begins": (week(0), week(1) + other(1, "credit", "legal", -90.0), "credit", "a credit began"),
    "a credit shrinks": (
        week(0) + other(0, "credit", None, -90.0), week(1) + other(1, "credit", None, -30.0), "credit", "a credit changed",
    ),
    "a pool grows": (
        week(0) + POOL, week(1) + other(1, "pool", "search", 120.0) + other(1, "pool", "legal", 80.0), "pool", "$1,400",
    ),
    "a pool is split otherwise": (
        week(0) + POOL, week(1) + other(1, "pool", "search", 20.0) + other(1, "pool", "legal", 80.0), "pool_change", "who bears",
    ),
    "a feature is renamed": (
        week(0), changed(week(1), of_review, feature="contract-review"), "tag_move", "feature review is feature contract-review",
    ),
    "a team is renamed": (week(0), changed(week(1), of_search, team="discovery"), "tag_move", "team search is team discovery"),
    "a feature changes its team": (week(0), changed(week(1), of_review, team="support"), "tag_move", "team legal is team support"),
    "hours are missing": (week(0), [r for r in week(1) if not 60 <= (r["hour"] - START - WEEK).days * 24 + r["hour"].hour < 110],
                          "data_fault", "no rows in"),
    "costs are missing": (week(0), changed(week(1), of_search, cost_nano=0), "data_fault", "without a cost"),
    "rows come twice": (week(0), week(1) + changed(week(1), bool, source="copy"), "data_fault", "repeats"),
    "runs double": (week(0), changed(week(1), of_search, **TWICE), "traffic_surge", "volume"),
    "prompts grow": (week(0), changed(week(1), of_review, input_tokens=3.0), "prompt_growth", "input tokens"),
    "answers grow": (week(0), changed(week(1), of_review, output_tokens=3.0), "output_growth", "output tokens"),
    "an agent loops": (
        week(0), changed(week(1), of_review, requests=4.0, input_tokens=4.0, output_tokens=4.0), "agent_loop", "requests per run",
    ),
    "retries": (
        week(0), changed(changed(week(1), of_review, requests=4.0, input_tokens=4.0, output_tokens=4.0), of_review, errors=300),
        "retry_storm", "requests per run",
    ),
    "a price rises": (week(0), changed(week(1), lambda r: r["model"] == "gpt-5", cost_nano=1.5), "price_change", "price"),
    "two things at once": (
        week(0), changed(changed(week(1), of_review, output_tokens=3.0), lambda r: r["team"] == "support", **TWICE),
        "unknown", "",
    ),
    "a part falls": (week(0), changed(week(1), of_review, input_tokens=0.5), "unknown", "input tokens"),
    "a feature is new": (
        week(0), week(1) + changed([r for r in week(1) if of_review(r)], bool, feature="drafts"), "unannounced_launch", "volume",
    ),
    "nothing moves": (week(0), week(1), "unknown", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_the_cause_of_a_difference(what: str) -> None:
    """Each has its cause, and the evidence says it."""
    one, two, cause, says = CASES[what]
    why = asked(one, two)
    assert why.cause == cause, why.evidence
    assert any(says in e.text for e in why.evidence) or not says
    assert (why.confidence > 0.5) == (cause != "unknown")


def test_what_moved_costs_nothing_more() -> None:
    """Over both names of a renamed team attribution comes to nothing; each name by itself has all of it."""
    two = changed(week(1), of_search, team="discovery")
    assert dict(asked(week(0), two).drivers).get("attribution", 0) == 0
    one = asked(week(0), two, (("team", "search"),))
    assert (one.cause, one.drivers) == ("tag_move", (("attribution", one.delta),))
    assert asked(week(0), two, (("team", "discovery"),)).drivers == (("attribution", -one.delta),)
    assert asked(week(0), two, (("team", "legal"),)).cause == "unknown"


def test_a_pool_is_told_within_one_team() -> None:
    """One team's share grew: because the pool did, or because it bears more of it."""
    scope: Scope = (("team", "legal"),)
    grown = other(1, "pool", "search", 120.0) + other(1, "pool", "legal", 80.0)
    shifted = other(1, "pool", "search", 20.0) + other(1, "pool", "legal", 80.0)
    assert asked(week(0) + POOL, week(1) + grown, scope).cause == "pool"
    assert asked(week(0) + POOL, week(1) + shifted, scope).cause == "pool_change"


def test_a_new_feature_beside_one_that_ended_is_no_rename() -> None:
    """Another shape or another size is another thing."""
    for by in ({"model": "gpt-5-mini"}, TWICE):
        two = changed(changed(week(1), of_review, feature="drafts"), lambda r: r["feature"] == "drafts", **by)
        assert asked(week(0), two).cause != "tag_move"


def test_everything_up_alike_is_everywhere_and_what_no_dimension_shows_is_nowhere() -> None:
    """Three answers to where: a place, everywhere, none of these."""
    grown = asked(week(0), changed(week(1), bool, **{k: 1.5 for k in TWICE}))
    assert grown.places == () and any(f.value == "everywhere" for f in grown.facts)
    hidden = asked(week(0), changed(week(1), lambda r: r["hour"].hour < 6, **TWICE))
    assert hidden.places == ()
    place = asked(week(0), changed(week(1), of_review, output_tokens=3.0))
    assert place.places[0].scope == (("team", "legal"), ("feature", "review"))
    assert any("contract" in s or "review" in s for s in narrate(place, "team").sentences)
    assert not any(f.name == "scope" for f in place.facts)


def test_growth_or_waste_is_told() -> None:
    """What a run costs stays as it was where more work is done, and rises where each run costs more."""
    for by, dearer in ((TWICE, False), ({"output_tokens": 3.0}, True)):
        facts = {f.name: f.value for f in asked(week(0), changed(week(1), of_search, **by)).facts}
        ratio = facts["cost_per_run_after"] / facts["cost_per_run_before"]
        assert (ratio > 1.1) == dearer


def of_incident(
    rows: list[Row], scope: Scope, direction: str, evidence: tuple[tuple[str, float], ...] = ()
) -> Explanation:
    """Why an incident over the whole second week."""
    made = incident()
    there = replace(
        made, scopes=(scope,), direction=direction, signal="cost", started_at=START + WEEK, ended_at=START + 2 * WEEK - timedelta(hours=1),
        judgement=replace(made.judgement, evidence=evidence), expected_nano=0 if direction == "up" else 10**12,
        actual_nano=10**12 if direction == "up" else 0,
    )  # fmt: skip
    return explain_incident(table_from(rows), there, events=(), now=START + 2 * WEEK, context=Context())


def test_a_launch_that_is_only_a_new_name_is_told_as_one() -> None:
    """The incident of the new name, and that of the old one; a launch beside it stays one."""
    renamed = week(0) + changed(week(1), of_review, feature="contract-review")
    new: Scope = (("team", "legal"), ("feature", "contract-review"))
    assert of_incident(renamed, new, "up", (("launch", 1.0),)).cause == "tag_move"
    assert of_incident(renamed, (("team", "legal"), ("feature", "review")), "down").cause == "tag_move"
    launched = week(0) + week(1) + changed([r for r in week(1) if of_review(r)], bool, feature="contract-review")
    assert of_incident(launched, new, "up", (("launch", 1.0),)).cause == "unannounced_launch"


def test_an_incident_in_a_pool_says_whether_the_pool_grew() -> None:
    """Or was only split otherwise."""
    for shares, cause in (((120.0, 80.0), "pool"), ((20.0, 80.0), "pool_change")):
        now = other(1, "pool", "search", shares[0]) + other(1, "pool", "legal", shares[1])
        assert of_incident(week(0) + POOL + week(1) + now, (("team", "legal"), ("charge", "pool")), "up").cause == cause


def test_every_cause_is_documented() -> None:
    """With the situation in which it is said."""
    text = (Path(__file__).parent.parent / "docs" / "explanations.md").read_text("utf-8")
    assert [c for c in get_args(Cause) if f"`{c}`" not in text] == []


def lost(rows: list[Row], share: float) -> list[Row]:
    """A share of the requests of ranking without any tags, the rest as it was."""
    mine = [r for r in rows if r["feature"] == "ranking"]
    parts = [changed(mine, bool, **{k: part for k in TWICE}) for part in (share, 1 - share)]
    return (
        [r for r in rows if r["feature"] != "ranking"]
        + changed(parts[0], bool, team=None, feature=None, workflow=None)
        + parts[1]
    )


@pytest.mark.parametrize(
    "scope",
    [(), (("team", "search"),), (("team", "search"), ("feature", "ranking")), (("team", None),)],
    ids=["everywhere", "the team", "the feature", "nobody's"],
)
def test_lost_tags_are_told_wherever_they_are_asked_for(scope: Scope) -> None:
    """In all spend, within their owner, and where they went; another team's spend has nothing to do with it."""
    why = asked(week(0), lost(week(1), 0.6), scope)
    assert (why.cause, why.driver) == ("untagged_growth", "attribution")
    assert any("Ranking fell and spend without a team rose" in s for s in narrate(why, "team").sentences)
    assert asked(week(0), lost(week(1), 0.6), (("team", "legal"),)).cause == "unknown"


def test_more_spend_without_a_team_that_nobody_lost_is_traffic() -> None:
    """Lost tags are said only where an owner's spend fell by it."""
    nobody = changed([r for r in week(1) if of_review(r)], bool, team=None, feature=None, workflow=None)
    before = changed(
        changed([r for r in week(0) if of_review(r)], bool, team=None, feature=None), bool, **{k: 0.5 for k in TWICE}
    )
    assert asked(week(0) + before, week(1) + nobody).cause != "untagged_growth"


def test_a_version_or_model_that_took_over_is_told_when_it_is_asked_for_by_name() -> None:
    """Its requests came from the other one: nothing is new and no traffic came."""
    old, new = changed(week(0), bool, version="1"), changed(week(1), of_review, version="2", output_tokens=2.0)
    new = [{"version": "1", **r} for r in new]
    for version in ("1", "2"):
        scope: Scope = (("team", "legal"), ("feature", "review"), ("version", version))
        assert asked(old, new, scope).cause == "version_upgrade"
    mini = [r for r in week(0) if r["model"] == "gpt-5-mini"]
    moved = changed([r for r in week(1) if r["model"] == "gpt-5-mini"], of_review, model="gpt-5")
    for model in ("gpt-5", "gpt-5-mini"):
        why = asked(mini, moved, (("team", "legal"), ("model", model)))
        assert (why.cause, why.driver) == ("model_switch", "model_mix")


@pytest.mark.parametrize(("solved", "dearer"), [(2, False), (1, True)], ids=["growth", "waste"])
def test_what_an_outcome_costs_tells_growth_from_waste(solved: int, dearer: bool) -> None:
    """Twice the spend for twice the outcomes is growth; for as many as before it is waste. Against the period asked for."""
    scope: Scope = (("team", "legal"),)
    outcomes = tuple(
        Outcome(START + week * WEEK + timedelta(hours=h), scope, "contract", count)
        for week, count in ((0, 1), (1, solved))
        for h in range(168)
    )
    table = table_from(week(0) + changed(week(1), of_review, **TWICE))
    why = explain_change(
        table, scope=(*scope, ("feature", "review")), period=(START + WEEK, START + 2 * WEEK), against=(START, START + WEEK),
        events=(), now=START + 2 * WEEK, context=Context(outcomes=outcomes),
    )  # fmt: skip
    facts = {f.name: f.value for f in why.facts}
    assert facts["cost_per_outcome_before"] == pytest.approx(why.base / 1e9 / 168)
    assert (facts["cost_per_outcome_after"] > 1.1 * facts["cost_per_outcome_before"]) == dearer  # type: ignore[operator]
    told = [s for s in narrate(why, "finance").sentences if "outcome" in s]
    assert len(told) == dearer
    assert check("\n".join(told), why.facts) == []


def test_an_announced_batch_is_told_as_that_until_its_end() -> None:
    """After it, as one that ran on."""
    scope: Scope = (("team", "legal"), ("feature", "review"))
    two = changed(week(1), of_review, **TWICE)
    for until, cause in ((START + 2 * WEEK, "planned_batch"), (START + WEEK, "batch_overrun")):
        event = Event("e", START + WEEK - timedelta(hours=5), until, "batch", scope, "re-index", expected=True)
        assert asked(week(0), two, scope, (event,)).cause == cause
