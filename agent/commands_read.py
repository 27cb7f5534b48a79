"""Commands that show and answer: `incidents`, `explain`, `feedback`, `digest`, `preview`, `notify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.session import DEGRADED, ConfigOption, JsonOption, Session, moment, scope_given, session

if TYPE_CHECKING:
    from notifiers.types import Message


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    for command in (incidents, explain, feedback, digest, preview, notify):
        app.command()(command)


def incidents(
    state: Annotated[str, typer.Option(help="Only open, accepted, resolved or withdrawn ones.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the incidents in the store, the newest first."""
    with session(config, as_json=as_json) as s:
        from agent.book import read_book
        from agent.channels import look
        from agent.clock import now
        from agent.incidents_shown import incident_json, incident_line

        found = [i for i in reversed(read_book(s.store.engine).incidents) if state in ("", i.state)]
        shown = look(s.site, now())
        for incident in found:
            s.say(incident_line(incident, shown))
        s.document(incidents=[incident_json(i) for i in found])


def explain(  # noqa: PLR0913 - one parameter an option
    incident: Annotated[str, typer.Argument(help="An incident's id; else give --from and --to.")] = "",
    start: Annotated[str, typer.Option("--from", help="The period's start, such as 2026-11-16.")] = "",
    end: Annotated[str, typer.Option("--to", help="The period's end, exclusive.")] = "",
    against_start: Annotated[str, typer.Option("--against-from", help="What it is compared with; by default")] = "",
    against_end: Annotated[str, typer.Option("--against-to", help="the same span right before it.")] = "",
    release: Annotated[str, typer.Option(help="Its first days, up to a week, against as many of")] = "",
    against_release: Annotated[
        str, typer.Option("--against-release", help="this one; by default the one in use before it.")
    ] = "",
    scope: Annotated[str, typer.Option(help="Where, such as team=search; by default everywhere.")] = "",
    why_flagged: Annotated[
        bool, typer.Option("--why-flagged", help="What the incident was judged by: series, band, scores, settings.")
    ] = False,
    png: Annotated[Path | None, typer.Option(help="Write the chart to this file.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why did it happen: an incident, or the change of spend between two periods or releases, in parts that add up."""
    with session(config, as_json=as_json) as s:
        from agent import answering
        from agent.clock import now

        zone = s.site.config.zone
        if incident:
            answer = answering.of_incident(s.site, s.store, incident, why_flagged=why_flagged, now=now())
        elif start and end:
            given = [moment(t, zone) if t else None for t in (start, end, against_start, against_end)]
            answer = answering.of_periods(s.site, s.store, given, scope_given(scope))
        elif release:
            answer = answering.of_releases(s.site, s.store, release, against_release or None, scope_given(scope))
        else:
            raise typer.BadParameter("give an incident's id, or --from and --to, or --release")
        _show(s, answer.message)
        s.document(**answer.document)
        if png:
            from notifiers.charts import png as picture

            png.write_bytes(picture(answer.message.charts[0]))
            s.note(f"wrote {png}")


def feedback(
    incident: Annotated[str, typer.Argument(help="Its id, from `incidents`.")],
    word: Annotated[str, typer.Argument(help="acknowledge, expected, not_useful, real or mute.")],
    until: Annotated[str, typer.Option(help="expected, mute: until when, such as 2026-12-01.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; by default who runs the command.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what an incident was. Each word has one effect, the same as the button's in Slack."""
    import getpass

    with session(config, as_json=as_json) as s:
        from agent.clock import now
        from agent.feedback import EFFECTS, give_feedback
        from agent.telling import queue_head

        end = moment(until, s.site.config.zone) if until else None
        chosen = word.replace("-", "_")
        new = give_feedback(
            s.store.engine, incident_id=incident, word=chosen, by=by or getpass.getuser(), at=now(), until=end,  # type: ignore[arg-type]  # refused there
        )  # fmt: skip
        if new and chosen == "acknowledge":
            queue_head(s.site, s.store, incident, now=now())
        s.say(f"{incident}: {EFFECTS[chosen]}" if new else f"{incident}: that was said before")  # type: ignore[index]
        s.document(incident=incident, word=chosen, new=new)


def digest(
    week: Annotated[str, typer.Option(help="A day of the week wanted; by default the last full week.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Send it to [finance]; else it is only shown.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The weekly page for finance: what it came to, what moved and why, what is not yet known."""
    with session(config, as_json=as_json) as s:
        from datetime import timedelta

        from agent import weekly
        from agent.clock import now

        at = now()
        slot = moment(week, s.site.config.zone) + timedelta(days=7) if week else at
        if send:
            done = weekly.send_digest(s.site, s.store, now=at, slot=slot)
            s.say(f"{done.sent} messages sent")
            for trouble in done.troubles:
                s.note(trouble)
            s.document(sent=done.sent, troubles=done.troubles)
            if done.troubles:
                raise typer.Exit(DEGRADED)
            return
        message = weekly.digest(s.site, s.store, now=at, week=weekly.week_of(s.site, slot))
        _show(s, message)
        s.document(**_message_json(message))


def preview(
    what: Annotated[str, typer.Argument(help="incident, digest or all.")] = "all",
    channel: Annotated[str, typer.Option(help="slack, mail, text or webhook; by default all.")] = "",
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path("preview"),
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what would be sent, for the newest incidents and the last week, as files that a browser opens."""
    with session(config, as_json=as_json) as s:
        from agent.clock import now
        from agent.previewing import write_previews

        files = write_previews(s.site, s.store, what=what, channel=channel, out=out, now=now())
        for file in files:
            s.say(str(file))
        s.document(files=[str(f) for f in files])


def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a marked test message to every configured place.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what waits in the outbox; with --test a message that says it is a test, to see that it arrives."""
    with session(config, as_json=as_json) as s:
        from agent.clock import now
        from agent.telling import send_test, send_waiting

        sent, troubles = (send_test if test else send_waiting)(s.site, s.store, now=now())
        s.say(f"{sent} messages sent")
        for trouble in troubles:
            s.note(trouble)
        s.document(sent=sent, troubles=troubles)
        if troubles:
            raise typer.Exit(DEGRADED)


def _show(s: Session, message: Message) -> None:
    from notifiers.formats import text_payload

    s.say(text_payload(message, "")["text"].rstrip())


def _message_json(message: Message) -> dict[str, object]:
    from notifiers.formats import webhook_payload

    return {k: v for k, v in webhook_payload(message, "").items() if k not in ("schema", "rule")}
