"""A message as the parts of a mail: subject, plain text, HTML with its style inlined, pictures by content id."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from notifiers.clean import clean
from notifiers.formats.text import text_payload
from notifiers.types import Message, Table

TEMPLATE = "mail.html.j2"
SUBJECT = 150


def mail_payload(message: Message, rule: str) -> dict[str, Any]:
    """`subject`, `text`, `html`, and `images`: (content id, alternative text, PNG) in the order of the charts."""
    import css_inline
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from notifiers.charts import png

    charts = [(_cid(message, i), clean(c.alt), png(c, inches=(5.4, 3.3))) for i, c in enumerate(message.charts)]
    loader = FileSystemLoader(Path(__file__).parent)
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(TEMPLATE)
    footer = " · ".join(part for part in (message.footer, message.rate, f"rule: {rule}" if rule else "") if part)
    html = template.render(
        language="en", headline=clean(message.headline), summary=clean(" ".join(message.paragraphs), 200),
        paragraphs=[clean(p) for p in message.paragraphs], numbers=[(clean(n), clean(v)) for n, v in message.numbers],
        charts=[{"cid": cid, "alt": alt} for cid, alt, _ in charts], tables=[_table(t) for t in message.tables],
        lists=[("Evidence", [clean(e) for e in message.evidence]), ("What to do next", [clean(s) for s in message.next_steps])],
        footer=clean(footer),
    )  # fmt: skip
    inlined = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False).inline(
        html
    )
    text = text_payload(message, rule)["text"]
    return {"subject": clean(message.headline, SUBJECT), "text": text, "html": inlined, "images": charts}


def _table(table: Table) -> Table:
    rows = tuple(tuple(clean(cell, 200) for cell in row) for row in table.rows)
    return Table(clean(table.title), tuple(clean(c) for c in table.columns), rows, table.numeric)


def _cid(message: Message, number: int) -> str:
    return f"{hashlib.sha256(message.key.encode()).hexdigest()[:16]}.{number}@why-spike"
