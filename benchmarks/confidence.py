"""Of the causes said with 80 %, are about 80 % right? Incidents with a known cause, made here, and explained.

    python -m benchmarks.confidence [--incidents 600] [--seed 1]

Each incident is one change of one feature among others: how strong it is, how noisy the days are, what else changes with
it (traffic, a second and smaller change, a release or an event near the start) is drawn at random. It is told as the
detector would hand it on, with its scope, its hours and what was expected; the cause is left to the explainer. Of two
changes the larger one is the truth, and where neither makes up half of what moved the truth is `unknown`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from benchmarks.organisations import START, everyday, runs_an_hour
from detector.types import Incident, Judgement
from explainer import Context, explain_incident
from ledger.table import table_of
from ledger.types import NANO, Event, from_hour

DAYS, STARTS = 35, 24 * 28
INPUT, OUTPUT, CACHED = 3e-6, 15e-6, 0.1
"""Dollars an input and an output token; the part of the input's price that a cached token costs."""
EDGES = (0.0, 0.5, 0.65, 0.8, 0.9, 0.95, 1.01)
Frame = pd.DataFrame
COUNTS = ("runs", "requests", "errors", "input_tokens", "cached_input_tokens", "output_tokens")


@dataclass
class World:
    """One organisation's rows, the hours and the feature that change, and what people announced."""

    rng: np.random.Generator
    frame: Frame
    changed: np.ndarray
    events: list[Event]
    start: int
    end: int
    strength: float


def feature(rng: np.random.Generator, number: int) -> Frame:
    """Hourly rows of one feature over all days."""
    hours = np.arange(24 * DAYS)
    rate = everyday(rng, hours) * runs_an_hour(rng, hours, kind=str(rng.choice(["office", "global"])))
    runs = rng.poisson(rate)
    requests = rng.poisson(runs * rng.uniform(1, 4))
    noise = np.exp(rng.uniform(0.02, 0.15) * rng.normal(size=(3, len(hours))))
    inputs = np.rint(requests * rng.uniform(500, 8000) * noise[0])
    return pd.DataFrame(
        {
            "hour": START + hours, "team": f"team-{number % 3}", "feature": f"feature-{number}", "environment": "production",
            "provider": "openai", "model": "mini", "version": "1", "release": "v1", "runs": runs, "requests": requests,
            "errors": rng.binomial(requests, 0.01), "input_tokens": inputs,
            "cached_input_tokens": np.rint(inputs * np.clip(0.6 * noise[1], 0, 0.9)),
            "output_tokens": np.rint(requests * rng.uniform(100, 900) * noise[2]), "dear": 1.0,
        }
    )  # fmt: skip


def scaled(w: World, columns: tuple[str, ...], by: float) -> None:
    """Multiplies counts of the changed rows."""
    for column in columns:
        w.frame.loc[w.changed, column] = np.rint(w.frame.loc[w.changed, column] * by)


def traffic(w: World) -> None:
    scaled(w, COUNTS, w.strength)


def prompts(w: World) -> None:
    scaled(w, ("input_tokens", "cached_input_tokens"), w.strength)


def answers(w: World) -> None:
    scaled(w, ("output_tokens",), 1 + 2 * (w.strength - 1))


def version(w: World) -> None:
    answers(w)
    w.frame.loc[w.changed, "version"] = "2"


def cache(w: World) -> None:
    scaled(w, ("cached_input_tokens",), float(w.rng.uniform(0.0, 0.3)))


def loop(w: World) -> None:
    scaled(w, COUNTS[1:], w.strength)


def retries(w: World) -> None:
    loop(w)
    requests = w.frame.loc[w.changed, "requests"].to_numpy()
    w.frame.loc[w.changed, "errors"] = w.rng.binomial(requests.astype(int), min(0.6, 1 - 1 / w.strength))


def switch(w: World) -> None:
    w.frame.loc[w.changed, ["model", "dear"]] = ["grand", 1 + 2 * (w.strength - 1)]


def prices(w: World) -> None:
    w.frame.loc[w.changed, "dear"] = w.strength


def outage(w: World) -> None:
    scaled(w, COUNTS, float(w.rng.uniform(0.02, 0.3)))


def staging(w: World) -> None:
    added = w.frame[w.changed].copy()
    added["environment"] = "staging"
    added[list(COUNTS)] = np.rint(added[list(COUNTS)] * (w.strength - 1))
    w.frame = pd.concat([w.frame, added], ignore_index=True)
    w.changed = np.append(np.zeros(len(w.changed), dtype=bool), np.ones(len(added), dtype=bool))


CAUSES: dict[str, Callable[[World], None]] = {
    "traffic_surge": traffic, "prompt_growth": prompts, "output_growth": answers, "version_upgrade": version,
    "cache_regression": cache, "agent_loop": loop, "retry_storm": retries, "model_switch": switch, "price_change": prices,
    "outage_drop": outage, "staging_leak": staging,
}  # fmt: skip
MIXED = ("traffic_surge", "prompt_growth", "output_growth", "cache_regression", "agent_loop")
"""What may come as a second change."""


def cost(frame: Frame) -> np.ndarray:
    """(n,) dollars of rows."""
    tokens = frame["input_tokens"] - (1 - CACHED) * frame["cached_input_tokens"]
    found: np.ndarray = (frame["dear"] * (INPUT * tokens + OUTPUT * frame["output_tokens"])).to_numpy(float)
    return found


def made(seed: int) -> tuple[str, float, str]:
    """The true cause of one incident, the confidence and the cause that were said."""
    rng = np.random.default_rng(seed)
    frame = pd.concat([feature(rng, n) for n in range(int(rng.integers(3, 7)))], ignore_index=True)
    start, length = STARTS + int(rng.integers(48)), int(rng.integers(6, 97))
    span = (frame["hour"] >= START + start) & (frame["hour"] < START + start + length)
    cause = str(rng.choice(list(CAUSES)))
    mine = frame["feature"] == "feature-0" if cause != "price_change" else frame["model"] == "mini"
    w = World(rng, frame, (span & mine).to_numpy(), [], start, start + length, 1.0)
    usual = cost(w.frame[w.changed]).sum()
    shares = []
    second = str(rng.choice(MIXED)) if rng.random() < 0.4 else ""
    for name in (cause, second):
        before = cost(w.frame).sum()
        w.strength = 1 + float(rng.lognormal(-0.3 if name == cause else -1.0, 0.7))
        if name and name != (cause if shares else ""):
            CAUSES[name](w)
        shares.append(cost(w.frame).sum() - before)
    if rng.random() < 0.3:
        w.frame.loc[w.changed, "release"] = "v2"
    if rng.random() < 0.2:
        scope = (("feature", "feature-0"),)
        w.events.append(Event("e1", from_hour(START + start - 1), None, "deploy", scope, "a deploy", False))
    # What is expected is not known exactly: the detector's forecast errs by a few percent.
    expected = usual * float(np.exp(0.05 * rng.normal()))
    return truth((cause, second), shares), *said(w, cause, expected)


def truth(names: tuple[str, str], shares: list[float]) -> str:
    """The cause of the larger share; unknown where none makes up half of what moved."""
    sizes = np.abs(shares)
    return names[int(sizes.argmax())] if sizes.max() > 0.55 * sizes.sum() else "unknown"


def said(w: World, cause: str, expected: float) -> tuple[float, str]:
    """What the explainer says of it."""
    frame = w.frame[w.frame["requests"] > 0].copy()
    frame["cost_usd"] = cost(frame)
    actual = float(cost(w.frame[w.changed]).sum())
    frame["hour"] = pd.to_datetime(frame["hour"] * 3600, unit="s", utc=True)
    scope = (("team", "team-0"), ("feature", "feature-0"))
    if cause == "price_change":
        scope = (("provider", "openai"), ("model", "mini"))
    if cause == "staging_leak":
        scope, expected = (*scope, ("environment", "staging")), 0.0
    begun, over = from_hour(START + w.start), from_hour(START + w.end)
    incident = Incident(
        "inc-1", "spend", "resolved", "up" if actual >= expected else "down", (scope,), (scope,), "cost", begun, begun,
        over - timedelta(hours=1), round(actual * NANO), round(expected * NANO),
        Judgement("cost", 1, "usd", (), (), (), (), (), 0.0, 0.0, (), "", ""), over,
    )  # fmt: skip
    why = explain_incident(
        table_of(frame.drop(columns="dear")),
        incident,
        events=w.events,
        now=over + timedelta(hours=1),
        context=Context(),
    )
    return why.confidence, why.cause


def table(found: list[tuple[str, float, str]]) -> list[str]:
    """The reliability table: of what was said within each range of confidence, how much was right."""
    right, sure = np.array([t == s for t, _, s in found]), np.array([c for _, c, _ in found])
    lines = ["said with         incidents  mean said  right"]
    error = 0.0
    for low, high in pairwise(EDGES):
        here = (sure >= low) & (sure < high)
        if here.any():
            error += here.sum() * abs(sure[here].mean() - right[here].mean()) / len(found)
            lines.append(
                f"{100 * low:3.0f} to {min(100 * high, 100):3.0f} %   {here.sum():10}  {sure[here].mean():9.1%}  {right[here].mean():.1%}"
            )
    lines.append(f"all             {len(found):10}  {sure.mean():9.1%}  {right.mean():.1%}")
    lines.append(f"expected calibration error {error:.3f}, Brier score {np.mean((sure - right) ** 2):.3f}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = [made(options.seed * 100_000 + n) for n in range(options.incidents)]
    print(*table([f for f in found if f[2] != "unknown"]), sep="\n")
    unknown = sum(f[2] == "unknown" for f in found)
    print(f"unknown was said of {unknown} of {len(found)}")


if __name__ == "__main__":
    main()
