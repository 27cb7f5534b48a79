"""The commands that watch, show and answer, over the sample as it stands after one first run and one tick."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from benchmarks.kills import receiving

SAMPLE = Path(__file__).parent.parent / "fixtures" / "sample"
FIRST, NEXT = "2026-11-23T04:00Z", "2026-11-23T06:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample, judged, with its store; nobody is told of anything."""
    place = tmp_path_factory.mktemp("cli") / "sample"
    shutil.copytree(SAMPLE, place)
    for at in (FIRST, NEXT):
        done = CliRunner().invoke(app, ["tick", "--at", at, "--config", str(place / "config.toml")])
        assert done.exit_code == 0, done.output
    return place


@pytest.fixture
def run(folder):
    def call(*words, code=0):
        done = CliRunner().invoke(app, [*words, "--config", str(folder / "config.toml")])
        assert done.exit_code == code, f"{done.output}\n{done.exception!r}"
        return done

    return call


@pytest.fixture
def document(run):
    def call(*words, code=0):
        found = json.loads(run(*words, "--json", code=code).stdout)
        assert found.pop("schema") == 1
        return found

    return call


@pytest.fixture
def known(document):
    """An incident of the sample: the cache that stopped hitting."""
    return next(i for i in document("incidents")["incidents"] if {"team": "legal"}.items() <= i["scope"][0].items())


def test_incidents_are_listed_by_state(document, known):
    """The newest first, amounts in dollars."""
    found = document("incidents")["incidents"]
    assert [i["detected_at"] for i in found] == sorted((i["detected_at"] for i in found), reverse=True)
    assert known["impact_usd"] == pytest.approx(known["actual_usd"] - known["expected_usd"])
    assert {i["state"] for i in document("incidents", "--state", "resolved")["incidents"]} == {"resolved"}


def test_a_tick_can_fail_on_what_is_found(run):
    """For a pipeline: code 10 where an open incident costs as much."""
    assert run("tick", "--at", NEXT, "--fail-on", "1000000").exit_code == 0
    run("tick", "--at", NEXT, "--fail-on", "1", code=10)


def test_an_incident_is_explained_in_parts_that_add_up(document, known, tmp_path):
    """Drivers and every table add up to the difference, to the nano-dollar; the chart is a picture."""
    found = document("explain", known["id"], "--png", str(tmp_path / "chart.png"))
    assert found["cause"] == "cache_regression"
    assert sum(found["drivers"].values()) == found["delta_nano"] == found["current_nano"] - found["base_nano"]
    for parts in found["parts"].values():
        assert sum(p["delta_nano"] for p in parts) == found["delta_nano"]
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_why_it_was_flagged_is_shown(run, document, known):
    """The series, what was expected, the band, the score and the settings."""
    judged = document("explain", known["id"], "--why-flagged")["judgement"]
    assert len(judged["hours"]) == len(judged["actual"]) == len(judged["expected"]) > 24
    assert judged["score"] >= judged["threshold"]
    text = run("explain", known["id"], "--why-flagged").stdout
    assert "threshold" in text
    assert "expected" in text


def test_two_periods_are_compared(document):
    """By default with the same span right before."""
    found = document("explain", "--from", "2026-11-16", "--to", "2026-11-23", "--scope", "team=search")
    assert sum(found["drivers"].values()) == found["delta_nano"]
    assert (found["from"], found["to"]) == ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")
    other = ["--against-from", "2026-10-05", "--against-to", "2026-10-12"]
    assert document("explain", "--from", "2026-11-16", "--to", "2026-11-23", *other)["base_nano"] != found["base_nano"]


def test_two_releases_are_compared(document, run):
    """The first days of one with as many of the one before, within the feature that has it; places and rest add up."""
    found = document("explain", "--release", "v2.0")
    assert found["scope"] == {"team": "legal", "feature": "contract-review"}
    assert found["against"] == "3 days of release v1.9"
    assert found["cause"] == "cache_regression"
    assert sum(found["drivers"].values()) == found["delta_nano"]
    assert sum(p["delta_nano"] for p in found["places"]) + found["rest_nano"] == found["delta_nano"]
    asked = document("explain", "--release", "v2.1", "--against-release", "v2.0", "--scope", "team=legal")
    assert asked["against"] == "3 days of release v2.0"
    refused = run("explain", "--release", "v99", code=1)
    assert "no requests of release v99" in refused.stderr


def test_places_are_a_table_that_adds_up(run):
    """For people as for programs."""
    text = run("explain", "--from", "2026-11-16", "--to", "2026-11-23").stdout
    table = text[text.index("Where:") :].split("\n\n")[0].splitlines()[2:]
    amounts = [float(line.split()[-1].replace("$", "").replace(",", "").replace("−", "-")) for line in table]
    assert "the rest" in table[-1]
    difference = text[text.index("  Difference") :].split()[1]
    assert round(sum(amounts), 2) == float(difference.replace("$", "").replace(",", "").replace("−", "-"))


@pytest.mark.parametrize(
    "words", [["explain"], ["explain", "--from", "2026-11-16"], ["explain", "--from", "soon", "--to", "2026-11-16"]]
)
def test_a_question_without_a_period_is_wrong_usage(run, words):
    """Code 2."""
    run(*words, code=2)


def test_an_unknown_incident_is_an_error(run):
    """It says which command lists them."""
    for words in (["explain", "inc-none"], ["feedback", "inc-none", "real"]):
        assert "why-spike incidents" in run(*words, code=1).stderr


def test_feedback_says_what_it_does(run, document, known):
    """And that it was said before."""
    assert document("feedback", known["id"], "not-useful", "--by", "kim")["new"]
    assert not document("feedback", known["id"], "not-useful", "--by", "kim")["new"]
    assert "odder" in run("feedback", known["id"], "not-useful", "--by", "lee").stdout
    assert "none" not in run("feedback", known["id"], "nonsense", code=1).stdout


def test_the_digest_is_one_page_that_adds_up(run, document):
    """Total, week before, forecast, budget, what moved; sent to nobody where nobody is configured."""
    text = run("digest", "--week", "2026-11-18").stdout
    for words in ("This week", "The week before", "By month's end", "Budget of the month", "Untagged", "Cost per"):
        assert words in text
    assert document("digest", "--week", "2026-11-18", "--send")["sent"] == 0


def test_previews_are_files(document, tmp_path):
    """For every channel, of incidents and the digest."""
    files = [Path(f) for f in document("preview", "all", "--out", str(tmp_path / "out"))["files"]]
    assert {f.suffix for f in files} == {".html", ".txt", ".json"}
    assert any(f.name.startswith("digest") for f in files)
    assert all(f.stat().st_size > 100 for f in files)
    html = next(f for f in files if f.suffix == ".html").read_text()
    assert "data:image/png;base64," in html
    assert "cid:" not in html


def test_a_test_message_goes_to_every_place_once(folder, tmp_path):
    """Marked as a test."""
    with receiving() as receiver:
        config = tmp_path / "config.toml"
        url = f"http://127.0.0.1:{receiver.server_port}/"
        config.write_text(
            f'[fallback]\nwebhook = "{url}"\n[operator]\nwebhook = "{url}"\n[finance]\nwebhook = "{url}other"\n'
        )
        done = CliRunner().invoke(app, ["notify", "--test", "--config", str(config), "--json"])
        assert json.loads(done.stdout)["sent"] == 2
        assert set(receiver.seen.values()) == {1}


def test_the_demo_runs_without_a_config(tmp_path, monkeypatch):
    """It shows incidents with a chart, says that the data are semi-synthetic, and what to do next."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[nonsense]\n")
    done = CliRunner().invoke(app, ["demo"])
    assert done.exit_code == 0, done.output
    for words in (
        "semi-synthetic",
        "lost prompt caching",
        "█",
        "then: Over:",
        "silent, since it was announced",
        "why-spike init",
    ):
        assert words in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == ["config.toml"]


def test_the_demo_takes_place_when_the_sample_ends():
    """Its clock is that of the sample."""
    from agent.demo import END
    from fixtures.make_sample import END as SAMPLE_END

    assert END == SAMPLE_END == datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_every_command_speaks_the_currency_of_the_config(folder, run, known, tmp_path):
    """Lists, answers, explanations, the digest and previews: in euros, with no dollar left, and the rate is named."""
    config = folder / "euros.toml"
    config.write_text(
        (folder / "config.toml").read_text().replace('zone = "UTC"', 'language = "fr_FR"\nzone = "Europe/Paris"\ncurrency = "EUR"')
        + '\n[[currency.rates]]\ncurrency = "EUR"\nsince = 2026-11-01\nusd = 1.25\n'
    )  # fmt: skip
    out = tmp_path / "out"
    for words in (
        ("incidents",),
        ("owners", "--check"),
        ("explain", known["id"]),
        ("explain", "--from", "2026-11-16", "--to", "2026-11-20"),
        ("ask", "top", "--at", NEXT),
        ("ask", "why is search up 300% this week", "--at", NEXT),
        ("digest", "--week", "2026-W47"),
        ("preview", "all", "--out", str(out)),
    ):
        done = CliRunner().invoke(app, [*words, "--config", str(config)])
        shown = done.stdout if words[0] != "preview" else "".join(p.read_text() for p in out.glob("*.[thj]*"))
        assert "€" in shown, (words, done.output)
        assert not re.search(r"\$ ?\d|\d ?\$", re.sub('base64,[^"]*', "", shown)), words
        assert words[0] in ("incidents", "owners") or "0,8 EUR per USD of 2026-11-01" in shown, words
