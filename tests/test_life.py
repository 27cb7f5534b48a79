"""The life of an incident from tick to tick: restated, withdrawn, accepted, muted, and what people said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from agent.book import read_book, read_incident
from agent.build import open_store
from agent.config import load_site
from agent.feedback import EFFECTS, give_feedback
from agent.pipeline import tick
from benchmarks.kills import receiving
from detector import DetectionSettings, Feedback, Gate
from detector.types import Word
from tests.test_detector_same import SETTINGS, START, burst, changes, company, frame_of, moved

BEGAN = START + timedelta(days=48, hours=10)
"""When search begins to do four times its work."""
COLUMNS = ("requests", "runs", "input_tokens", "output_tokens", "cost_usd")


def restated(frame: pd.DataFrame, at: datetime, share: float) -> pd.DataFrame:
    """The frame with a second version of the hours of search since BEGAN, known at a time, that are `share` of the
    first."""
    rows = (frame["feature"] == "search") & (frame["hour"] >= BEGAN) & (frame["available_at"] < at)
    newer = frame[rows].assign(available_at=at)
    for name in COLUMNS:
        newer[name] = newer[name] * share if name == "cost_usd" else (newer[name] * share).astype("int64")
    return pd.concat([frame, newer], ignore_index=True)


@pytest.fixture
def world(tmp_path):
    """`at(time, frame)`: a tick over the rows that are known by then; and the webhook that hears of it."""
    with receiving() as receiver:
        (tmp_path / "config.toml").write_text(
            '[[sources]]\nname = "gateway"\nreader = "table"\npath = "costs.parquet"\n'
            f'[fallback]\nwebhook = "http://127.0.0.1:{receiver.server_port}/"\n'
        )
        site = load_site(tmp_path / "config.toml", {})
        store = open_store(site)

        def at(now: datetime, frame: pd.DataFrame):
            frame[frame["available_at"] <= now].to_parquet(tmp_path / "costs.parquet", index=False)
            return tick(site, store, now=now)

        yield at, store, receiver
        store.engine.dispose()


def test_an_alert_whose_ground_a_restatement_removed_is_withdrawn_once(world):
    """In its thread, with the reason; and not raised again."""
    at, store, receiver = world
    frame = restated(burst(hours=8), BEGAN + timedelta(hours=9), 0.25)
    at(BEGAN - timedelta(hours=2), frame)
    opened = at(BEGAN + timedelta(hours=5), frame).tellings
    (head,) = opened
    back = at(BEGAN + timedelta(hours=9), frame).tellings
    (reply,) = back
    assert reply.message.thread == head.message.thread
    assert reply.message.reply
    assert reply.message.headline.startswith("Withdrawn: ")
    assert "newer data took its ground away" in reply.message.headline
    assert reply.edit is not None
    assert reply.edit.headline.startswith("[withdrawn]")
    assert [at(BEGAN + timedelta(hours=h), frame).tellings for h in (10, 11, 30)] == [(), (), ()]
    (incident,) = read_book(store.engine).incidents
    assert incident.state == "withdrawn"
    assert [c.what for c in read_incident(store.engine, incident.id)[2]][-1] == "withdrawn"
    assert set(receiver.seen.values()) == {1}


def words(*said: Feedback):
    """What happens from the evening before to the end, with this feedback."""
    return changes(burst(), 48, 50, feedback=said)


def test_what_stays_of_a_restated_incident_stands():
    """Halved, not gone: it goes on, and its cost is what the newer data says."""
    frame = restated(burst(hours=12), BEGAN + timedelta(hours=30), 0.6)
    found = changes(frame, 48, 50)
    assert [c.what for c in found if c.what not in ("grew", "moved")] == ["opened", "resolved", "restated"]
    resolved, newer = found[-2:]
    assert newer.incident.impact_nano < 0.6 * resolved.incident.impact_nano
    assert newer.incident.ended_at == resolved.incident.ended_at
    assert newer.tell


def test_an_incident_that_is_over_is_withdrawn_too():
    """A day after its end its hours turn out to have been counted four times."""
    frame = restated(burst(hours=12), BEGAN + timedelta(hours=36), 0.25)
    found = changes(frame, 48, 50)
    assert [c.what for c in found][-2:] == ["resolved", "withdrawn"]
    assert "come to $" in found[-1].incident.note


def test_late_rows_take_a_fall_back():
    """A provider of whose rows a thirtieth comes at once and the rest twenty hours late: told as a fall, and withdrawn
    when they are in; meanwhile what it is said to have cost shrinks in silence."""
    frame = frame_of(company())
    frame["provider"] = np.where(frame["feature"] == "notes", "anthropic", "openai")
    late = (frame["feature"] != "notes") & (frame["hour"] >= BEGAN) & (frame["hour"] < BEGAN + timedelta(hours=12))
    few = frame[late].copy()
    for name in COLUMNS:
        few[name] = few[name] / 30 if name == "cost_usd" else few[name] // 30
    frame.loc[late, "available_at"] += pd.Timedelta(hours=20)
    found = changes(pd.concat([frame, few], ignore_index=True), 47, 50, DetectionSettings(min_usd=20))
    assert found[0].incident.direction == "down"
    assert [c.what for c in found if c.tell] == ["opened", "grew", "grew", "resolved", "withdrawn"]
    assert {c.incident.id for c in found} == {found[0].incident.id}


def test_a_lasting_change_is_accepted_once_and_silent_from_then_on():
    """After fourteen days; with no end, at its full cost, and told of no more."""
    requests = company(90)
    requests["search"][24 * 40 + 10 :] *= 3
    found = changes(frame_of(requests), 39, 90)
    assert [c.what for c in found if c.what != "grew"] == ["opened", "accepted"]
    last = found[-1]
    assert last.at - last.incident.started_at == timedelta(days=14)
    assert (last.incident.state, last.incident.ended_at) == ("accepted", None)


def test_what_happens_where_a_change_was_accepted_is_told():
    """Half as much again a month after it is an incident of its own, measured against the new normal."""
    requests = company(80)
    requests["search"][24 * 40 + 10 :] *= 3
    requests["search"][24 * 75 + 10 : 24 * 76 + 10] *= 4
    found = [c for c in changes(frame_of(requests), 39, 80) if c.what == "opened"]
    assert [c.incident.started_at for c in found] == [START + timedelta(days=d, hours=10) for d in (40, 75)]
    second = changes(frame_of(requests), 74, 80)[-1].incident
    assert second.impact_nano == pytest.approx(3 * second.expected_nano, rel=0.25)


def test_a_lasting_change_that_is_expected_is_the_new_normal_at_once():
    """Without a time, `expected` accepts it: said in its thread, and then nothing more."""
    number = incident_id()
    after = [c for c in words(said("expected", number)) if c.at >= BEGAN + timedelta(hours=5)]
    assert [(c.what, c.incident.state, c.incident.ended_at) for c in after] == [("accepted", "accepted", None)]


def test_what_is_expected_until_a_time_is_silent_until_then():
    """Its growth and its end are in the book all the same; without the word they are told."""
    number = incident_id()
    hushed = words(said("expected", number, until=BEGAN + timedelta(hours=40)))
    plain = words()
    assert [c.tell for c in hushed if c.at > BEGAN + timedelta(hours=6)].count(True) == 0
    assert hushed[-1].incident.state == plain[-1].incident.state == "resolved"
    assert plain[-1].tell


def test_growth_that_was_silent_is_told_when_the_time_is_over():
    """Expected for six hours: the step that it passed meanwhile is told then."""
    number = incident_id()
    until = BEGAN + timedelta(hours=14)
    found = [c for c in words(said("expected", number, until=until)) if c.what == "grew"]
    assert [c.at for c in found] == [until]


def test_what_is_muted_is_not_looked_at_until_then():
    """A place that is muted raises nothing, wherever the incident was that it was said of; another place does."""
    mute = Feedback(BEGAN - timedelta(hours=2), "mute", "kim", None, (("team", "team-1"),), BEGAN + timedelta(days=3))
    assert words(mute) == []
    elsewhere = Feedback(mute.at, "mute", "kim", None, (("team", "team-0"),), mute.until)
    assert [c.what for c in words(elsewhere)] == [c.what for c in words()]


def test_growth_is_told_at_twice_five_and_ten_times_alone():
    """Of a burst that goes on for days, each of the steps once, and nothing at the others."""
    requests = company(53)
    requests["search"][24 * 48 + 10 :] *= 6
    found = changes(frame_of(requests), 48, 53)
    assert [c.what for c in found if c.tell] == ["opened", "grew", "grew", "grew"]
    first = found[0].incident.impact_nano
    for change, step in zip(found[1:], (2, 5, 10), strict=True):
        assert change.incident.told_step == step
        assert change.incident.impact_nano >= step * first


def incident_id() -> str:
    """Of the burst, as it is when nobody says anything."""
    return words()[0].incident.id


def said(word: Word, number: str, *, until: datetime | None = None, by: str = "kim") -> Feedback:
    """A word on it, five hours after it began."""
    return Feedback(BEGAN + timedelta(hours=5), word, by, number, None, until)


def scored(*heard: Feedback, settings: DetectionSettings | None = None):
    """A burst of three times the usual on the 30th day, and one of eight times on the 48th; `heard` in between."""
    requests = company()
    for day, times in ((30, 3), (48, 8)):
        requests["search"][24 * day + 10 : 24 * day + 34] *= times
    found = changes(frame_of(requests), 30, 50, settings, feedback=heard)
    return [c.incident for c in found if c.what == "opened"]


def test_not_useful_raises_the_bar_by_three_tenths_there():
    """Of the threshold that an incident keeps, and of it alone: a second person saying so of the same incident adds
    nothing, and of two incidents it counts twice."""
    first, second = scored()
    useless = [Feedback(first.detected_at + timedelta(days=1), "not_useful", by, first.id) for by in ("kim", "lee")]
    _, raised = scored(*useless)
    assert raised.judgement.threshold == pytest.approx(1.3 * second.judgement.threshold)
    assert raised.judgement.threshold == pytest.approx(1.3 * first.judgement.threshold)


def test_not_useful_silences_what_is_less_than_that_above_the_bar():
    """A bar that just lets it pass does no longer; where it is told is what counts, not where it was first seen."""
    first, second = scored()
    just = second.judgement.score / second.judgement.threshold / 1.2
    assert just > 1
    gate = DetectionSettings(min_usd=50.0, gates=(Gate((("feature", "search"),), raise_bar=just),))
    useless = Feedback(first.detected_at + timedelta(days=1), "not_useful", "kim", first.id)
    assert len(scored(settings=gate)) == 2
    later = scored(useless, settings=gate)[1:]
    assert [i for i in later if i.detected_at <= second.detected_at] == []


def test_real_takes_one_not_useful_back():
    """Whichever was said first."""
    first, second = scored()
    at = first.detected_at + timedelta(days=1)
    useless, real = (Feedback(at, word, "kim", first.id) for word in ("not_useful", "real"))
    for heard in ([useless, real], [real, useless], [real]):
        assert scored(*heard)[1].judgement.threshold == second.judgement.threshold


@pytest.mark.parametrize("word", EFFECTS)
def test_every_word_is_written_down_once(world, word):
    """By the function that the command and the buttons share."""
    at, store, _ = world
    frame = burst(hours=8)
    at(BEGAN - timedelta(hours=2), frame)
    at(BEGAN + timedelta(hours=5), frame)
    (incident,) = read_book(store.engine).incidents
    until = BEGAN + timedelta(days=9) if word in ("mute", "expected") else None
    told = [
        give_feedback(
            store.engine, incident_id=incident.id, word=word, by="kim", at=BEGAN + timedelta(hours=5), until=until
        )
        for _ in range(2)
    ]
    assert told == [True, False]
    (heard,) = read_book(store.engine).feedback
    assert (heard.word, heard.until, heard.scope) == (word, until, incident.scopes[0] if word == "mute" else None)


def test_a_new_name_is_told_as_moved_once_and_at_no_cost(world):
    """To the people, too: what it was, that nothing more is spent, and nothing of it again."""
    at, _, _ = world
    frame = moved(frame_of(company()), "search", feature="find")
    at(BEGAN - timedelta(hours=2), frame)
    (one,) = at(BEGAN + timedelta(hours=12), frame).tellings
    assert one.message.headline == (
        "[the new normal] Moved: what was feature search is feature find now, at about the same cost"
    )
    assert ("Difference", "$0.00 (0%)") in one.message.numbers
    assert one.message.next_steps == ("Update budgets and owners to the new name: nothing more is spent.",)
    assert at(BEGAN + timedelta(hours=37), frame).tellings == ()


def test_an_incident_does_not_spread_to_what_did_not_move_and_what_dwarfs_it_is_another():
    """Longer output in a feature that is nearly all of its model stays at the feature; requests a run that soar there
    eight hours later are a second incident, however much the first has cost by then with them."""
    frame = frame_of(company(level=3000.0))
    noted, drafted = (frame["feature"] == f for f in ("notes", "drafts"))
    frame.loc[noted | drafted, "model"] = "opus"
    frame.loc[drafted, list(COLUMNS)] /= 50
    longer = noted & (frame["hour"] >= BEGAN)
    frame.loc[longer, "output_tokens"] *= 1.54
    frame.loc[longer, "cost_usd"] *= 1.27
    loops = noted & (frame["hour"] >= BEGAN + timedelta(hours=8))
    for name in set(COLUMNS) - {"runs"}:
        frame.loc[loops, name] *= 30
    found = changes(frame, 48, 50, replace(SETTINGS, min_usd=10.0))
    opened = [c.incident for c in found if c.what == "opened"]
    assert [i.signal for i in opened] == ["output_tokens_per_request", "requests_per_run"]
    assert {dict(c.incident.scopes[0]).get("feature") for c in found} == {"notes"}
