"""Commands that answer in words: `ask` in the terminal, `serve` in Slack."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.session import ConfigOption, JsonLinesOption, JsonOption, moment, session

SETTLED_EVERY = 30
"""Seconds after which what a button caused and Slack could not take is tried again."""


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(ask)
    app.command()(serve)


def ask(
    text: Annotated[str, typer.Argument(help="As in Slack: `search-api yesterday`, `top`, an incident's id, ...")] = "",
    at: Annotated[str, typer.Option(help="The time it is asked, such as 2026-11-23T14:00Z; by default now.")] = "",
    team: Annotated[str, typer.Option(help="The team that is meant where none is named.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask in your own words why spend changed; the same answers as `/why-spike` gives in Slack."""
    with session(config, as_json=as_json) as s:
        from agent import clock
        from agent.ask import Answers
        from notifiers.formats import FORMATS

        asked_at = moment(at, s.site.config.zone) if at else clock.now()
        reply = Answers(s.site, s.store).reply(text, at=asked_at, team=team or None, teams=None)
        s.say(FORMATS["text"](reply.message, "")["text"])
        s.document(understood=reply.understood.as_json(), suggestions=reply.understood.suggestions, note=reply.understood.note,
                   headline=reply.message.headline, paragraphs=reply.message.paragraphs, answer=reply.document)  # fmt: skip


def serve(config: ConfigOption = None, as_json: JsonLinesOption = False) -> None:
    """Answer in Slack alone, by HTTP or Socket Mode as the config says, until it is told to stop. With --json a line
    says that it listens, and one that it has stopped."""
    with session(config, as_json=as_json) as s:
        from agent.schedule import told_to_stop
        from agent.serve import listeners
        from ledger.types import LedgerError

        found = listeners(s.site, s.store)
        if not found:
            raise LedgerError('slack.mode is "off"; set it to "http" or "socket", see docs/slack.md')
        stopped = told_to_stop()
        for listener in found:
            listener.start()
        s.note("why-spike listens to Slack")
        s.document(job="serve", state="listening", mode=s.site.config.slack.mode)
        while not stopped.wait(SETTLED_EVERY):
            for listener in found:
                listener.settle()
        for listener in found:
            listener.stop()
        s.document(job="serve", state="stopped", mode=s.site.config.slack.mode)
