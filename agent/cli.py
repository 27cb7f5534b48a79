"""The command line. Heavy imports stand inside the commands, so that help comes at once."""

from __future__ import annotations

import typer

from agent import commands_ask, commands_data, commands_read, commands_setup, commands_watch

app = typer.Typer(
    name="why-spike",
    help="Tells a company, within the hour and in plain words, why its AI bill moved.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 10 found (only with --fail-on), "
    "11 done, but a source, a channel or the model failed.",
)
for module in (commands_setup, commands_data, commands_watch, commands_read, commands_ask):
    module.register(app)


def main() -> None:
    """The entry point of the `why-spike` command."""
    app()


if __name__ == "__main__":
    main()
