"""What every command shares: the options, where output goes, and how a fault ends it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    from agent.config import Site
    from ledger.store import Store

SCHEMA = 1
"""Of every --json document; it grows when a field changes its meaning or goes."""
OK, FAILED, USAGE, FOUND, DEGRADED = 0, 1, 2, 10, 11
"""Exit codes: FOUND only with --fail-on; DEGRADED means done, but a source, a channel or the model failed."""
T = TypeVar("T")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The config. Else WHY_SPIKE_CONFIG, else config.toml here, else the defaults."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; all else goes to stderr.")]
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="A JSON document a line on stdout, for each thing done; all else goes to stderr.")
]


class Session:
    """One run of a command: the site, the store once it is asked for, and the two streams."""

    def __init__(self, site: Site, *, as_json: bool) -> None:
        self.site, self.as_json = site, as_json
        self.out = Console(soft_wrap=True, highlight=False, markup=False)
        self.err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

    @cached_property
    def store(self) -> Store:
        """The store of the config, at the newest schema."""
        from agent.build import open_store

        return open_store(self.site)

    def say(self, text: str = "") -> None:
        """The result for people; with --json it is not wanted."""
        if not self.as_json:
            self.out.print(text)

    def note(self, text: str) -> None:
        """What is said beside the result."""
        self.err.print(text)

    def document(self, **content: Any) -> None:
        """The result for programs; nothing without --json."""
        if self.as_json:
            print_document(content)

    def track(self, steps: Iterable[T], what: str, total: int) -> Iterable[T]:
        """The steps, with a bar on stderr where somebody watches it."""
        watched = self.err.is_terminal and not self.as_json
        return track(steps, what, total=total, console=self.err, transient=True) if watched else steps


def print_document(content: Mapping[str, Any]) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


@contextmanager
def session(config: Path | None, *, as_json: bool, needs_config: bool = True) -> Iterator[Session]:
    """A session over the config (or the defaults, where none is needed); an error in words ends it with code 1."""
    from agent.config import default_site, load_site
    from ledger.types import LedgerError

    try:
        yield Session(load_site(config) if needs_config else default_site(), as_json=as_json)
    except LedgerError as error:
        if as_json:
            print_document({"error": str(error)})
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(FAILED) from error


def moment(text: str, zone: tzinfo = UTC) -> datetime:
    """A time with its zone, or a day (its start in `zone`), in UTC. Raises typer.BadParameter, which ends with code 2."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time; write 2026-11-23T14:00Z or 2026-11-23") from error
    if found.tzinfo is None:
        if len(text) > len("2026-11-23"):
            raise typer.BadParameter(f"{text!r} has no zone; write {text}Z for UTC")
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def scope_given(text: str) -> tuple[tuple[str, str | None], ...]:
    """`team=search,feature=search-api` as a scope; an empty value is untagged. Raises typer.BadParameter."""
    from ledger.types import LedgerError, scope_of

    pairs = dict(part.partition("=")[::2] for part in text.split(",") if part.strip())
    try:
        return scope_of({k.strip(): v.strip() or None for k, v in pairs.items()})
    except LedgerError as error:
        raise typer.BadParameter(str(error)) from error


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
