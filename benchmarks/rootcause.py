"""Root causes on labelled instances: `python -m benchmarks.rootcause INSTANCES OUT.jsonl`, one line an instance."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from detector.search import APPEARED, Channel, Found, Options, search
from explainer.drivers import exact
from explainer.product import shapley

DIMENSIONS = ("team", "feature", "workflow", "provider", "model", "version", "region", "tier", "line")
CACHED = 0.1
MOST_ROWS = 40_000
"""Rows that are enough to tell how far leaves wander."""
FACTORS = ("req", "retry", "price", "tin", "hit", "tout")
DRIVER = {"req": "volume", "retry": "requests_per_run", "price": "price", "tin": "input_tokens_per_request",
          "hit": "cache", "tout": "output_tokens_per_request"}  # fmt: skip


def solve(frame: pd.DataFrame) -> dict[str, object]:
    """Causes, drivers and rest of one instance."""
    codes = frame[list(DIMENSIONS)].to_numpy(dtype=np.int64)
    base, current = frame["cost_base"].to_numpy(), frame["cost_cur"].to_numpy()
    live = (base != 0) | (current != 0)
    sides = {s: factors(frame, s) for s in "bc"}
    made = channels(frame[live], {s: {k: v[live] for k, v in x.items()} for s, x in sides.items()})
    spend = float(np.abs(base).sum())
    found = search(codes[live], made, Options(least_share=0.03, least_dollars=0.006 * spend))
    where = np.flatnonzero(live)
    causes = [cause(f, where[f.leaves], frame, sides) for f in found]
    moves(causes)
    rest = int((current - base).sum()) - sum(int(c["delta"]) for c in causes)
    return {"causes": causes, "rest": rest}


def factors(frame: pd.DataFrame, side: str) -> dict[str, np.ndarray]:
    """Drivers of one side; `hit` as the share of the input price that is paid."""
    got = {k: frame[f"{side}_{k}"].to_numpy(dtype=float) for k in FACTORS}
    got["hit"] = 1 - (1 - CACHED) * got["hit"]
    return got


def channels(frame: pd.DataFrame, sides: dict[str, dict[str, np.ndarray]]) -> list[Channel]:
    """One for each driver of usage lines, one for lines that have no drivers."""
    usage = (frame["line"] == 0).to_numpy()
    base, current = frame["cost_base"].to_numpy(dtype=float), frame["cost_cur"].to_numpy(dtype=float)
    made = []
    for name in FACTORS:
        b, c = sides["b"][name], sides["c"][name]
        both = usage & (b > 0) & (c > 0) & (base > 0) & (current > 0)
        x = np.zeros(len(frame))
        x[both] = np.log(c[both] / b[both])
        x[both] -= mode(x[both])
        if name == "req":
            x[usage & (base <= 0) & (current > 0)] = APPEARED
            x[usage & (base > 0) & (current <= 0)] = -APPEARED
        noise = spread(x, both, frame, np.sqrt(np.maximum(b, 0) + np.maximum(c, 0)) if name == "req" else None)
        dollars = np.where(np.abs(x) >= APPEARED, current - base, np.maximum(base, current) * np.tanh(x))
        made.append(Channel(DRIVER[name], x, noise, dollars))
        if name == "req":
            change = np.where(usage, current - base, 0.0)
            served = tuple(DIMENSIONS.index(d) for d in ("provider", "model", "version"))
            made.append(Channel("model_mix", x, noise, change, served, (np.maximum(b, 0), np.maximum(c, 0))))
    ratio = np.zeros(len(frame))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(base * current > 0, np.log(current / base), np.where(base == 0, APPEARED, -APPEARED))
    for line, name in ((1, "credit"), (2, "pool")):
        mine = (frame["line"] == line).to_numpy()
        made.append(
            Channel(name, np.where(mine, ratio, 0.0), np.full(len(frame), 0.15), np.where(mine, current - base, 0.0))
        )
    return made


def mode(x: np.ndarray) -> float:
    """The middle of the shortest half: what most leaves did, where the median would follow a large minority."""
    if not len(x):
        return 0.0
    x = np.sort(x if len(x) <= MOST_ROWS else x[:: len(x) // MOST_ROWS])
    half = len(x) // 2 + 1
    widths = x[half - 1 :] - x[: len(x) - half + 1]
    start = int(np.argmin(widths))
    return float(np.median(x[start : start + half]))


def spread(x: np.ndarray, mask: np.ndarray, frame: pd.DataFrame, counts: np.ndarray | None) -> np.ndarray:
    """How far leaves wander: the median absolute deviation, within the values of the dimension that makes it smallest,
    so that a large cause is not taken for noise; with a part that falls with the count where there is one."""
    if not mask.any():
        return np.full(len(x), 0.1)
    rows = np.flatnonzero(mask)
    if len(rows) > MOST_ROWS:
        rows = rows[:: len(rows) // MOST_ROWS]
    wander = float(np.median(np.abs(x[rows])))
    for d in ("team", "provider", "region", "tier"):
        own = pd.Series(x[rows]).groupby(frame[d].to_numpy()[rows])
        wander = min(wander, float((pd.Series(x[rows]) - own.transform("median")).abs().median()))
    wander *= 1.4826
    if counts is None:
        return np.full(len(x), max(wander, 0.004))
    return np.sqrt(max(wander, 0.01) ** 2 + (1.5 / np.maximum(counts, 1.0)) ** 2)


def cause(
    f: Found, leaves: np.ndarray, frame: pd.DataFrame, sides: dict[str, dict[str, np.ndarray]]
) -> dict[str, object]:
    """A cause as it is scored: exact drivers over its leaves, and what the change alone made of their cost."""
    base, current = frame["cost_base"].to_numpy()[leaves], frame["cost_cur"].to_numpy()[leaves]
    delta = int((current - base).sum())
    where = {DIMENSIONS[d]: v for d, v in f.predicate}
    drivers = split(frame.iloc[leaves], {s: {k: v[leaves] for k, v in x.items()} for s, x in sides.items()})
    here = {s: {k: v[leaves] for k, v in x.items()} for s, x in sides.items()}
    rows = frame.iloc[leaves]
    sign = 1 if delta >= 0 else -1
    driver = max(drivers, key=lambda d: sign * drivers[d]) if drivers else f.channel
    return {"where": where, "driver": driver, "delta": delta, "drivers": drivers, "excess": round(alone(f, rows, here))}


def alone(f: Found, rows: pd.DataFrame, sides: dict[str, dict[str, np.ndarray]]) -> float:
    """What the change by itself made of the cost: with it, less what it would be without it, all else as it is."""
    current, base = rows["cost_cur"].to_numpy(dtype=float), rows["cost_base"].to_numpy(dtype=float)
    if f.channel in ("credit", "pool") or abs(f.move) >= APPEARED / 2:
        return float((current - base).sum())
    if f.channel == "model_mix":
        ratio = sides["c"]["req"] / np.maximum(sides["b"]["req"], 1e-9)
        server = rows.groupby(["model", "version"], sort=False).ngroup().to_numpy()
        had, has = (np.bincount(server, weights=sides[s]["req"]) for s in "bc")
        ratio = (has / np.maximum(had, 1e-9))[server]
        return float((current * (1 - 1 / np.maximum(ratio, 1e-9))).sum())
    name = next(k for k, d in DRIVER.items() if d == f.channel)
    price = [rows[k].to_numpy(dtype=float) for k in ("p_in", "p_out", "disc")]
    without = dict(sides["c"]) | {name: sides["c"][name] / np.exp(f.move)}
    return float((cost(sides["c"], price) - cost(without, price)).sum())


def cost(c: dict[str, np.ndarray], price: list[np.ndarray]) -> np.ndarray:
    """The product form of the instances."""
    p_in, p_out, disc = price
    return c["req"] * c["retry"] * c["price"] * disc * (c["tin"] * c["hit"] * p_in + c["tout"] * p_out)


def split(rows: pd.DataFrame, sides: dict[str, dict[str, np.ndarray]]) -> dict[str, int]:
    """Integer nano-dollars by driver; they add up to the rows' change exactly."""
    total = (rows["cost_cur"] - rows["cost_base"]).to_numpy(dtype=np.int64)
    line = rows["line"].to_numpy()
    out = {name: int(total[line == n].sum()) for n, name in ((1, "credit"), (2, "pool")) if (line == n).any()}
    use = np.flatnonzero(line == 0)
    if not len(use):
        return out
    b, c = ({k: v[use] for k, v in sides[s].items()} for s in "bc")
    here, there = rows["cost_base"].to_numpy()[use] != 0, rows["cost_cur"].to_numpy()[use] != 0
    for k in FACTORS[1:]:
        b[k], c[k] = np.where(here, b[k], c[k]), np.where(there, c[k], b[k])
    b["req"], c["req"] = np.where(here, b["req"], 0.0), np.where(there, c["req"], 0.0)
    parts, mix = shapley(b, c, [rows[k].to_numpy(dtype=float)[use] for k in ("p_in", "p_out", "disc")])
    whole = exact(np.column_stack([parts[k] for k in FACTORS] + [mix]), total[use]).sum(axis=0)
    names = [*(DRIVER[k] for k in FACTORS), "model_mix"]
    return out | {n: int(v) for n, v in zip(names, whole, strict=True) if v}


def moves(causes: list[dict[str, object]]) -> None:
    """One version left and another taken within one team or feature is one migration: both halves are model_mix."""
    chains = (("team", "feature", "workflow"), ("provider", "model", "version"))
    for one in causes:
        for two in causes:
            a, b = dict(one["where"]), dict(two["where"])  # type: ignore[call-overload]
            place = {k: v for k, v in a.items() if k in chains[0]}
            if one is two or not place or place != {k: v for k, v in b.items() if k in chains[0]}:
                continue
            served = [{k: v for k, v in w.items() if k in chains[1]} for w in (a, b)]
            if (
                all(served)
                and int(one["delta"]) * int(two["delta"]) < 0
                and {one["driver"], two["driver"]} <= {"volume", "model_mix"}
            ):  # type: ignore[call-overload]
                for half in (one, two):
                    drivers = dict(half["drivers"])  # type: ignore[call-overload]
                    drivers["model_mix"] = drivers.pop("volume", 0) + drivers.get("model_mix", 0)
                    half["driver"], half["drivers"] = "model_mix", drivers


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    with out.open("w") as stream:
        for path in sorted(folder.glob("*.parquet")):
            frame = pd.read_parquet(path)
            start = time.perf_counter()
            answer = solve(frame)
            line = {"name": path.stem, "seconds": round(time.perf_counter() - start, 4), **answer}
            stream.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
