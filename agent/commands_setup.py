"""Commands that set it up: `init`, `doctor`, `owners` and `db`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.session import FAILED, ConfigOption, JsonOption, Session, session


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(init)
    app.command()(doctor)
    app.command()(owners)
    app.command()(db)


def init(  # noqa: PLR0913 - one parameter an option
    path: Annotated[Path, typer.Argument(help="Where the config goes.")] = Path("config.toml"),
    costs: Annotated[str, typer.Option(help="A file, folder or pattern of cost exports.")] = "",
    reader: Annotated[str, typer.Option(help="table, requests, focus, litellm or litellm_postgres.")] = "",
    store: Annotated[str, typer.Option(help="sqlite:///why-spike.db or postgresql://...")] = "",
    slack: Annotated[str, typer.Option(help="The Slack channel for what nobody owns, such as #ai-spend.")] = "",
    mail: Annotated[str, typer.Option(help="The address that gets the weekly digest.")] = "",
    zone: Annotated[str, typer.Option(help="The zone in which people read times, such as Europe/Paris.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    show: Annotated[
        bool, typer.Option("--print", help="Print all settings with their defaults; write nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a config: all settings, commented, with the answers filled in. In a terminal it asks for what no option
    says; elsewhere the defaults hold."""
    import sys

    from agent.config import ConfigError, default_text
    from agent.first_config import QUESTIONS, filled_in

    with session(None, as_json=as_json, needs_config=False) as s:
        if show:
            sys.stdout.write(default_text())
            return
        if path.exists() and not force:
            raise ConfigError(f"{path}: it is there already; name another file, or write over it with --force")
        given = {"costs": costs, "reader": reader, "store": store, "slack": slack, "mail": mail, "zone": zone}
        asks = sys.stdin.isatty() and not as_json
        answers = {
            name: value or (typer.prompt(QUESTIONS[name][0], default=QUESTIONS[name][1], err=True) if asks else "")
            for name, value in given.items()
        }
        if answers["costs"]:
            answers["costs"] = _from_folder_of(path, answers["costs"])
        text = filled_in(default_text(), answers, str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        s.say(f"wrote {path}\nnext: why-spike doctor --config {path}, then why-spike tick --config {path}")
        s.document(wrote=str(path))


def _from_folder_of(config: Path, costs: str) -> str:
    """A path as it is given, from here, written as a config reads it: from the folder that it lies in."""
    from os.path import relpath

    away = config.absolute().parent != Path.cwd() and not Path(costs).expanduser().is_absolute()
    return relpath(costs, config.absolute().parent) if away else costs


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask neither Slack, nor the mail server, nor Anthropic.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the config, the store, how fresh each source is, credentials, Slack's scopes, the mail server and the
    key of the model, and say how each fault is mended. Ends with code 1 where there is one."""
    with session(config, as_json=as_json) as s:
        from agent.clock import now
        from agent.doctor import examine

        findings = list(examine(s.site, now=now(), offline=offline))
        for f in findings:
            s.say(f"{f.mark:<5} {f.about}: {f.found}" + (f"\n      fix: {f.fix}" if f.fix else ""))
        s.document(ok=all(f.mark != "FAULT" for f in findings), findings=[f.as_json() for f in findings])
        if any(f.mark == "FAULT" for f in findings):
            raise typer.Exit(FAILED)


def owners(
    check: Annotated[bool, typer.Option("--check", help="Show spend that no owner's scope covers.")] = False,
    days: Annotated[int, typer.Option(help="How many days of spend count.", min=1)] = 30,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who owns what; with --check, how much of the spend each owns and what nobody does (code 1 if any)."""
    with session(config, as_json=as_json) as s:
        if not check:
            from ledger.types import scope_json

            for o in s.site.config.owners:
                s.say(f"{o.owner}: {dict(o.scope) or 'everything'}")
            s.document(owners=[{"owner": o.owner, "scope": scope_json(o.scope)} for o in s.site.config.owners])
            return
        _check_owners(s, days)


def _check_owners(s: Session, days: int) -> None:
    from agent.channels import look
    from agent.clock import now
    from agent.ownership import covered
    from ledger.types import NANO
    from notifiers.figures import money

    found = covered(s.site.config, s.store.costs(now()), days=days)
    shown = look(s.site, now())
    for name, nano in found.owned:
        s.say(f"{name}: {money(nano, shown)}")
    for place, nano in found.unowned:
        s.say(f"NOBODY: {place}: {money(nano, shown)}")
    s.document(
        owned=[{"owner": o, "usd": n / NANO} for o, n in found.owned],
        unowned=[{"where": w, "usd": n / NANO} for w, n in found.unowned],
    )
    if found.unowned:
        s.note("add [[owners]] for these scopes, or they go to [fallback]")
        raise typer.Exit(FAILED)


def db(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Bring the store to the newest schema (every command does) and say what is in it: how far each source reaches, and
    where two sources hold the dollars of one account, how far they are apart."""
    with session(config, as_json=as_json) as s:
        from agent.build import shown_url
        from agent.channels import look
        from agent.clock import now
        from agent.reconciled import reconciled
        from ledger.engine import HEAD

        loads, fresh = s.store.loads(), s.store.freshness()
        s.say(f"{shown_url(s.site)}: at revision {HEAD}, {len(loads)} loads")
        for f in fresh:
            s.say(f"  {f.source}: reaches {f.reaches:%Y-%m-%d %H:%MZ}, known {f.known:%Y-%m-%d %H:%MZ}")
        pairs = reconciled(s.store.differences()) if s.store.accounts else []
        for pair in pairs:
            s.say(f"  {pair.about}: {pair.line(look(s.site, now()))}")
        s.document(
            url=shown_url(s.site), revision=HEAD, loads=len(loads), accounts=[p.as_json() for p in pairs],
            sources=[{"source": f.source, "reaches": f.reaches, "known": f.known} for f in fresh],
        )  # fmt: skip
