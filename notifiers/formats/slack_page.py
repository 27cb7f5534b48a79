"""A Slack message as a page for a browser, for previews: its blocks much as Slack shows them."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from notifiers.clean import clean
from notifiers.formats.slack import native_chart, slack_payload
from notifiers.types import Chart, Message

TEMPLATE = "slack.html.j2"
BOLD = re.compile(r"\*([^*\n\u200b]+)\*(?!\u200b)")


def slack_page(message: Message, rule: str) -> str:
    """The page as HTML, pictures within; what goes into the thread as a picture stands below."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def mrkdwn(text: str) -> str:
        """Slack's own markup as HTML; the text has been escaped for Slack, which escapes it for HTML."""
        shown = text.replace('"', "&quot;").removeprefix("```").removesuffix("```")
        return Markup(BOLD.sub(r"<b>\1</b>", shown))

    payload = slack_payload(message, rule)
    native = iter([c for c in message.charts if native_chart(c)])
    drawn = {i: _uri(next(native)) for i, b in enumerate(payload["blocks"]) if b["type"] == "data_visualization"}
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters["mrkdwn"] = mrkdwn
    thread = [(_uri(c), clean(c.alt)) for c in message.charts if native_chart(c) is None]
    page = environment.get_template(TEMPLATE)
    return page.render(text=clean(message.headline), blocks=payload["blocks"], native=drawn, thread=thread)


def _uri(chart: Chart) -> str:
    from notifiers.charts import png

    return f"data:image/png;base64,{base64.b64encode(png(chart)).decode()}"
