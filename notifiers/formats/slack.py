"""A message as Slack's blocks: escaped, within Slack's limits, plain dictionaries."""

from __future__ import annotations

import json
from typing import Any

from notifiers.charts import unit_words
from notifiers.clean import clean
from notifiers.formats.text import table_lines
from notifiers.types import Chart, Message

Block = dict[str, Any]
HEADER, SECTION, FIELDS, BUDGET = 150, 2900, 10, 10_000
NATIVE_POINTS, NATIVE_SERIES, NATIVE_CHARTS, NAME, DECIMALS = 20, 6, 2, 20, 2
MARKS = {"alert": "🔺", "calm": "🔹", "good": "✅", "operator": "🔧"}


def slack_payload(message: Message, rule: str) -> dict[str, Any]:
    """`text` (for notifications and screen readers) and `blocks`, at most 10,000 characters of them: what matters less
    is left out first."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": clean(f"{MARKS[message.tone]} {message.headline}", HEADER)}},
        *([_section(" ".join(message.paragraphs))] if message.paragraphs else []),
        *_numbers(message),
        *[b for c in message.charts if (b := native_chart(c))][:NATIVE_CHARTS],
        *[_section(f"*{title}*", items) for title, items in (("Evidence", message.evidence),) if items],
        *([_section("*What to do next*", message.next_steps)] if message.next_steps else []),
        *(_monospaced(table_lines(t)) for t in message.tables),
        *_actions(message),
        _context(message, rule),
    ]  # fmt: skip
    return {"text": within(message.headline, 3000), "blocks": _within(blocks)}


def native_chart(chart: Chart) -> Block | None:
    """Slack's own chart, where it can show it: at most 20 points, which a band of weeks is not."""
    if chart.kind == "band":
        labels = tuple(f"{t:%d %b %H:%M}" for t in chart.times)
        series = {"actual": chart.actual, "expected": chart.expected, "expected high": chart.high}
        kind = "line"
    else:
        labels, series, kind = tuple(_unique(chart.labels)), {clean(unit_words(chart), NAME): chart.values}, "bar"
    if not 1 <= len(labels) <= NATIVE_POINTS:
        return None
    data = [
        {
            "name": name,
            "data": [{"label": at, "value": round(v, DECIMALS)} for at, v in zip(labels, values, strict=True)],
        }
        for name, values in series.items()
        if len(values) == len(labels)
    ]
    config = {"categories": list(labels)}
    chart_of = {"type": kind, "series": data[:NATIVE_SERIES], "axis_config": config}
    return {"type": "data_visualization", "title": clean(chart.title, 50), "chart": chart_of}


def without_charts(blocks: list[Block]) -> list[Block]:
    """For a workspace that does not know them."""
    return [b for b in blocks if b["type"] != "data_visualization"]


def escape(text: str) -> str:
    """`& < >` as Slack wants them, and nothing that its own markup would read."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"{c}\u200b" if c in "*_~`" else c for c in escaped)


def within(text: str, longest: int) -> str:
    """Cleaned and escaped, and then at most `longest` characters: an escaped character is never cut in two."""
    shown = clean(text, longest)
    while len(escaped := escape(shown)) > longest:
        shown = shown[: -2 - (len(escaped) - longest) // 5].rstrip("… ") + "…"
    return escaped


def _section(text: str, items: tuple[str, ...] = ()) -> Block:
    if not items:
        return {"type": "section", "text": _mrkdwn(within(text, SECTION))}
    lines = [f"• {within(item, 340)}" for item in items[:8]]
    return {"type": "section", "text": _mrkdwn("\n".join([text, *lines]))}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _numbers(message: Message) -> list[Block]:
    fields = [_mrkdwn(f"*{within(n, 200)}*\n{within(v, 600)}") for n, v in message.numbers[:FIELDS]]
    return [{"type": "section", "fields": fields}] if fields else []


def _monospaced(lines: list[str]) -> Block:
    body = "\n".join(line.replace("`", "'") for line in lines)
    text = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = text if len(text) <= SECTION else text[: text.rfind("\n", 0, SECTION)] + "\n…"
    return {"type": "section", "text": _mrkdwn(f"```{kept}```")}


def _actions(message: Message) -> list[Block]:
    if not message.buttons:
        return []
    elements = [
        {
            "type": "button",
            "action_id": b.action,
            "value": clean(b.value, 2000),
            "text": {"type": "plain_text", "text": clean(b.text, 75)},
        }
        for b in message.buttons
    ]
    return [{"type": "actions", "elements": elements}]


def _context(message: Message, rule: str) -> Block:
    text = (
        " · ".join(part for part in (message.footer, message.rate, f"rule: {rule}" if rule else "") if part)
        or "why-spike"
    )
    return {"type": "context", "elements": [_mrkdwn(within(text, 1000))]}


def _within(blocks: list[Block]) -> list[Block]:
    """At most 10,000 characters: code blocks go first, then sections from the end, never header, actions or footer."""
    while len(json.dumps(blocks, ensure_ascii=False)) > BUDGET:
        rest = [i for i, b in enumerate(blocks) if b["type"] in ("section", "data_visualization")]
        tables = [i for i in rest if blocks[i].get("text", {}).get("text", "").startswith("```")]
        if not rest:
            break
        del blocks[(tables or rest)[-1]]
    return blocks


def _unique(labels: tuple[str, ...]) -> list[str]:
    """Labels within Slack's length, each once."""
    found: list[str] = []
    for label in labels:
        short = clean(label, NAME)
        found.append(short if short not in found else f"{short[: NAME - 3]} {len(found)}")
    return found
