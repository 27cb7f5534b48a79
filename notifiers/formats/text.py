"""A message as plain text: for a terminal, and the plain part of a mail."""

from __future__ import annotations

from typing import Any

from notifiers.charts import in_characters
from notifiers.clean import clean
from notifiers.types import Message, Table

LONGEST = 60
"""Characters of a cell; of two columns each may be twice as wide."""


def text_payload(message: Message, rule: str) -> dict[str, Any]:
    """The whole message in lines, charts in characters."""
    lines = [clean(message.headline)]
    if message.paragraphs:
        lines += ["", *(clean(p) for p in message.paragraphs)]
    if message.numbers:
        width = max(len(clean(name)) for name, _ in message.numbers)
        lines += ["", *(f"  {clean(name):<{width}}  {clean(value)}" for name, value in message.numbers)]
    for chart in message.charts:
        lines += ["", clean(chart.title), *in_characters(chart)]
    for table in message.tables:
        lines += ["", *table_lines(table)]
    for title, items in (("Evidence", message.evidence), ("What to do next", message.next_steps)):
        if items:
            lines += ["", f"{title}:", *(f"  - {clean(item)}" for item in items)]
    told = (clean(message.footer), message.rate, f"rule: {clean(rule)}" if rule else "")
    footer = " · ".join(part for part in told if part)
    return {"text": "\n".join([*lines, "", footer]).rstrip() + "\n"}


def table_lines(table: Table) -> list[str]:
    """A table in columns, numbers to the right."""
    longest = LONGEST if len(table.columns) > 2 else 2 * LONGEST
    rows = [tuple(clean(cell, longest) for cell in row) for row in (table.columns, *table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    shown = [
        "  ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in zip(row, widths, table.numeric, strict=True))
        for row in rows
    ]
    return [*([f"{clean(table.title)}:"] if table.title else []), *(f"  {line}".rstrip() for line in shown)]
