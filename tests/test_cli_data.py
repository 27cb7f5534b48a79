"""The commands that set up and bring facts in, run as a person or a program runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app

SAMPLE = Path(__file__).parent.parent / "fixtures" / "sample"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The sample data with its config, in a folder of its own that is the working directory."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    monkeypatch.chdir(folder)
    return folder


def run(*words, code=0):
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, f"{done.output}\n{done.exception!r}"
    return done


def document(*words, code=0):
    """The one JSON document on stdout."""
    found = json.loads(run(*words, "--json", code=code).stdout)
    assert found.pop("schema") == 1
    return found


def commands():
    names = [c.name or c.callback.__name__.replace("_", "-") for c in app.registered_commands]
    return [[n] for n in names] + [
        [g.name, c.name] for g in app.registered_groups for c in g.typer_instance.registered_commands
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_a_help_that_says_what_it_does(words):
    """A sentence on the whole and one on each option."""
    text = run(*words, "--help").stdout
    assert len(text) > 200
    for line in text.splitlines():
        assert not (line.strip().startswith("--") and len(line.split()) == 1), line
    assert "--json" in text


def test_help_comes_at_once():
    """Nothing heavy is imported before it is needed."""
    heavy = "{'pandas', 'sqlalchemy', 'numpy', 'anthropic', 'matplotlib', 'duckdb', 'sklearn', 'pydantic'}"
    code = f"import sys, agent.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ingest_takes_everything_in_once(site):
    """The second time nothing is new."""
    first = document("ingest")
    assert [r["new"] for r in first["loads"]] == [25957]
    assert (first["events"], first["outcomes"], first["faults"]) == (8, 273, [])
    again = document("ingest")
    assert [(r["new"], r["repeated"]) for r in again["loads"]] == [(0, 25957)]
    assert (again["events"], again["outcomes"]) == (0, 0)


def test_a_dry_run_stores_nothing(site):
    """It says what would happen, to events and outcomes as well."""
    found = document("ingest", "--dry-run")
    assert [(r["new"], r["load_id"]) for r in found["loads"]] == [(25957, None)]
    assert (found["events"], found["outcomes"]) == (8, 273)
    assert document("ingest", "--list")["loads"] == []
    assert document("events", "list")["events"] == []


def test_a_load_can_be_taken_back(site):
    """And taken in again."""
    number = document("ingest")["loads"][0]["load_id"]
    assert document("ingest", "--undo", str(number), "--dry-run")["undone"] == number
    assert not document("ingest", "--list")["loads"][0]["undone"]
    assert document("ingest", "--undo", str(number))["undone"] == number
    assert document("ingest", "--list")["loads"][0]["undone"]
    assert document("ingest")["loads"][0]["new"] == 25957


def test_a_source_that_fails_stops_no_other(site):
    """Its fault is said, the exit code says that not all was well."""
    (site / "broken.csv").write_text("hour,cost_usd\n2026-11-01T00:00Z,many\n")
    config = site / "config.toml"
    config.write_text(config.read_text() + "\n[[sources]]\nname = 'broken'\nreader = 'table'\npath = 'broken.csv'\n")
    found = document("ingest", code=11)
    assert [r["source"] for r in found["loads"]] == ["gateway"]
    assert "broken.csv, row 1, column cost_usd, value 'many'" in found["faults"][0]


def test_good_rows_can_be_kept(site):
    """The bad ones go to a file, with reasons."""
    rows = "hour,team,cost_usd\n2026-11-01T00:00Z,a,1.5\n2026-11-01T01:00Z,a,many\n"
    (site / "mixed.csv").write_text(rows)
    (site / "config.toml").write_text("[[sources]]\nname = 'm'\nreader = 'table'\npath = 'mixed.csv'\n")
    assert document("ingest", "--keep-good", "--dry-run")["loads"][0]["bad"] == 1
    assert not (site / "mixed.csv.bad.csv").exists()
    found = document("ingest", "--keep-good")
    assert [(r["new"], r["bad"]) for r in found["loads"]] == [(1, 1)]
    assert "many" in (site / "mixed.csv.bad.csv").read_text()


def test_a_name_that_is_no_source_is_an_error(site):
    """It names those there are."""
    assert "gateway" in run("ingest", "nope", code=1).stderr


def test_events_are_added_listed_and_ended(site):
    """By options or by file; the same one twice is one."""
    words = ["--kind", "batch", "--title", "Backfill", "--scope", "team=data", "--from", "2026-11-20", "--usd", "90"]
    added = document("events", "add", *words)
    assert added["new"] == 1
    assert document("events", "add", *words)["new"] == 0
    assert document("events", "add", "events.jsonl")["new"] == 8
    event = document("events", "end", added["events"][0], "--at", "2026-11-21T06:00Z")["event"]
    assert (event["until"], event["scope"], event["expected"]) == ("2026-11-21T06:00:00Z", {"team": "data"}, True)
    assert len(document("events", "list")["events"]) == 9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "yesterday"], "no time"),
        (["--from", "2026-11-20T10:00"], "no zone"),
        (["--scope", "tem=x"], "no dimension"),
    ],
)
def test_a_word_that_cannot_be_read_is_wrong_usage(site, words, said):
    """Exit code 2, and what to write instead."""
    assert said in run("events", "add", *words, code=2).stderr.replace("\n", " ")


def test_init_writes_a_config_that_is_read(tmp_path, monkeypatch):
    """All settings, with the answers in place; it does not write over a file."""
    monkeypatch.chdir(tmp_path)
    words = ["--costs", "out/*.csv", "--zone", "Europe/Paris", "--mail", "cfo@example.com", "--slack", "#ai"]
    assert document("init", *words)["wrote"] == "config.toml"
    text = (tmp_path / "config.toml").read_text()
    for line in ('path = "out/*.csv"', 'zone = "Europe/Paris"', 'mail = ["cfo@example.com"]', 'slack = "#ai"'):
        assert line in text
    assert "already" in document("init", *words, code=1)["error"]
    assert document("init", *words, "--force")["wrote"] == "config.toml"


def test_init_asks_for_nothing_that_cannot_be(tmp_path, monkeypatch):
    """A wrong answer is named, and no file is left."""
    monkeypatch.chdir(tmp_path)
    assert "Nowhere" in run("init", "--zone", "Nowhere", code=1).stderr
    assert not (tmp_path / "config.toml").exists()


def test_owners_shows_what_nobody_owns(site):
    """With the code 1, so that a pipeline can see it."""
    document("ingest")
    found = document("owners", "--check", code=1)
    assert {o["owner"] for o in found["owned"]} >= {"Search", "Growth"}
    assert found["unowned"][0]["where"] == "team=(untagged), feature=(untagged)"


def test_db_says_how_far_the_data_reaches(site):
    """Per source."""
    document("ingest")
    found = document("db")
    assert found["sources"] == [
        {"source": "gateway", "reaches": "2026-11-23T06:00:00Z", "known": "2026-11-23T06:00:00Z"}
    ]
    assert found["accounts"] == []


def test_an_error_is_one_json_document(tmp_path, monkeypatch):
    """A program need not read stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[detecton]\n")
    assert "detection" in document("db", code=1)["error"]


def test_keep_good_holds_for_events_and_outcomes_too(tmp_path, monkeypatch):
    """Without it nothing of the file is stored; with it the bad lines stand in a file with their reasons."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('[files]\nevents = "e.jsonl"\noutcomes = "o.csv"\n')
    good = '{"time": "2026-11-01T10:00:00Z", "kind": "batch", "scope": {"team": "a"}}'
    (tmp_path / "e.jsonl").write_text(f'{good}\n{good.replace("batch", "party")}\n{{"time"\n')
    (tmp_path / "o.csv").write_text(
        "hour,outcome,count\n2026-11-01T10:00:00Z,solved,4\n2036-11-01T10:00:00Z,solved,4\n"
    )
    faults = document("ingest", code=1)["faults"]
    assert ["party" in faults[0], "it is no JSON" in faults[0], "future" in faults[1]] == [True, True, True]
    assert (document("ingest", code=1)["events"], document("ingest", code=1)["outcomes"]) == (0, 0)
    found = document("ingest", "--keep-good")
    assert (found["events"], found["outcomes"]) == (1, 1)
    left = [json.loads(line) for line in (tmp_path / "e.jsonl.bad.jsonl").read_text().splitlines()]
    assert [one["row"] for one in left] == [2, 3]
    assert "it lies in the future" in (tmp_path / "o.csv.bad.csv").read_text()
    assert "2 bad, left out: see" in run("ingest", "--keep-good").stdout


def test_somebody_who_has_no_config_yet_is_told_what_to_do(tmp_path, monkeypatch):
    """Nothing is answered as if it were zero, and a config elsewhere reads the costs that were meant from here."""
    monkeypatch.chdir(tmp_path)
    assert "why-spike init" in run("ingest").output
    assert "There is no cost to look at yet" in run("ask", "top").stdout
    assert "Ask why spend changed" in run("ask", "help").stdout
    shutil.copytree(SAMPLE, tmp_path / "data")
    run("init", "there/config.toml", "--costs", "data/costs.parquet", "--zone", "UTC")
    assert 'path = "../data/costs.parquet"' in (tmp_path / "there" / "config.toml").read_text()
    assert "25957 new" in run("ingest", "--config", "there/config.toml").stdout
