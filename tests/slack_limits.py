"""Slack's limits, as its documents and its clients state them: what breaks one is refused, message and all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

TEXTS = {"header": 150, "section": 3000}
KINDS = {"header", "section", "context", "actions", "divider", "image", "data_visualization"}


def broken_limits(blocks: list[dict[str, Any]]) -> list[str]:
    """What Slack would refuse, in words; nothing where all is well."""
    found = [f"{len(blocks)} blocks"] if not 1 <= len(blocks) <= 50 else []
    if len(json.dumps(blocks, ensure_ascii=False)) > 10_000:
        found.append("more than our own 10,000 characters")
    if sum(b["type"] == "data_visualization" for b in blocks) > 2:
        found.append("more than two charts")
    return [*found, *(fault for b in blocks for fault in _of_block(b))]


def _of_block(block: dict[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if kind not in KINDS:
        yield f"unknown block {kind}"
    if kind in TEXTS and "text" in block:
        yield from _text(block["text"], TEXTS[kind], kind)
    if kind == "section" and "fields" in block:
        if not 1 <= len(block["fields"]) <= 10:
            yield "fields"
        for f in block["fields"]:
            yield from _text(f, 2000, "field")
    if kind == "context":
        if not 1 <= len(block["elements"]) <= 10:
            yield "context elements"
        for e in block["elements"]:
            yield from _text(e, 3000, "context")
    if kind == "actions":
        yield from _buttons(block["elements"])
    if kind == "data_visualization":
        yield from _chart(block)


def _text(text: dict[str, str], longest: int, where: str) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= longest:
        yield f"{where}: {len(text['text'])} characters"


def _buttons(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield "buttons"
    for b in elements:
        if len(b["text"]["text"]) > 75 or len(b["value"]) > 2000 or len(b["action_id"]) > 255:
            yield "button"


def _chart(block: dict[str, Any]) -> Iterator[str]:
    chart = block["chart"]
    names = chart["axis_config"]["categories"]
    if not 1 <= len(block["title"]) <= 50:
        yield "chart title"
    if not 1 <= len(names) <= 20 or len(set(names)) != len(names) or any(not 1 <= len(n) <= 20 for n in names):
        yield f"chart labels {names}"
    if not 1 <= len(chart["series"]) <= 6 or len({s["name"] for s in chart["series"]}) != len(chart["series"]):
        yield "chart series"
    for series in chart["series"]:
        if [d["label"] for d in series["data"]] != names or not all(math.isfinite(d["value"]) for d in series["data"]):
            yield "chart data"
