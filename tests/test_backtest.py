"""A replay looks at nothing that was not known then, and says what a tick would have said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from agent.cli import app

SAMPLE = Path(__file__).parent.parent / "fixtures" / "sample"
START = datetime(2026, 10, 1, tzinfo=UTC)
CUT = datetime(2026, 11, 14, 6, tzinfo=UTC)
TEAMS = ("growth", "support", "legal")
FIELDS = {
    "id", "detected_at", "started_at", "ended_at", "direction", "scope", "first_scope", "driver", "cause", "impact_usd", "expected",
}  # fmt: skip


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """The predictions over three teams' last weeks, of the whole file and of one that was cut."""
    folder = tmp_path_factory.mktemp("backtest")
    frame = pd.read_parquet(SAMPLE / "costs.parquet")
    frame = frame[frame["team"].isin(TEAMS) & (frame["hour"] >= START)]
    found = {}
    for name, part in (("whole", frame), ("cut", frame[frame["available_at"] <= CUT])):
        costs, out = folder / f"{name}.parquet", folder / f"{name}.jsonl"
        part.to_parquet(costs, index=False)
        words = ["backtest", "--costs", str(costs), "--events", str(SAMPLE / "events.jsonl"), "--warmup-days", "30",
                 "--predictions", str(out), "--json"]  # fmt: skip
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        found[name] = ([json.loads(line) for line in out.read_text().splitlines()], json.loads(done.stdout))
    return found


def test_cutting_the_input_changes_nothing_before_the_cut(replayed):
    """When, which way and where each alert was first raised does not hang on what came later."""
    first = lambda name: {
        (p["detected_at"], p["direction"], json.dumps(p.get("first_scope") or p["scope"]))
        for p in replayed[name][0]
        if datetime.fromisoformat(p["detected_at"]) <= CUT
    }
    assert first("whole") == first("cut")
    assert first("cut")


def test_predictions_have_the_fields_of_the_format(replayed):
    """All that are required, with values of the right kind."""
    for p in replayed["whole"][0]:
        assert p.keys() - {"kind"} == FIELDS
        assert p["direction"] in ("up", "down")
        assert isinstance(p["scope"], list)
        assert isinstance(p["impact_usd"], float)
        assert p["detected_at"] >= p["started_at"]
    assert any(p["expected"] for p in replayed["whole"][0])
    assert len({p["id"] for p in replayed["whole"][0]}) == len(replayed["whole"][0])


def test_the_document_counts_alerts_a_week(replayed):
    """Announced incidents and messages about the data are not alerts."""
    predictions, document = replayed["whole"]
    alerts = [p for p in predictions if not p["expected"] and p.get("kind") != "operator"]
    assert document["alerts"] == len(alerts)
    assert document["alerts_a_week"] == pytest.approx(len(alerts) / document["weeks"], abs=0.001)
    assert timedelta(weeks=document["weeks"]) > timedelta(days=20)


def test_a_history_shorter_than_the_warm_up_is_an_error(tmp_path):
    """It says when the history ends."""
    frame = pd.read_parquet(SAMPLE / "costs.parquet").head(400)
    frame.to_parquet(tmp_path / "short.parquet", index=False)
    done = CliRunner().invoke(app, ["backtest", "--costs", str(tmp_path / "short.parquet")])
    assert done.exit_code == 1
    assert "before the warm-up of 49 days is over" in done.stderr
