"""Fills the answers of `init` into the shipped config, so that the first one has every setting beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.config import read_config

QUESTIONS = {
    "costs": ("Where are your cost exports (file, folder or pattern)?", "exports/*.parquet"),
    "reader": ("What are they (table, requests, focus, litellm, litellm_postgres)?", "table"),
    "store": ("Where shall cost and incidents be kept?", "sqlite:///why-spike.db"),
    "slack": ("Slack channel for what nobody owns (empty for none)?", ""),
    "mail": ("Who gets the weekly digest by e-mail (empty for nobody)?", ""),
    "zone": ("In which zone do people read times?", "UTC"),
}


def filled_in(text: str, answers: Mapping[str, str], name: str) -> str:
    """The config's text with the answers in place. Raises ConfigError where one of them cannot be."""
    text = _set(text, "store", "url", answers["store"])
    text = _set(text, "locale", "zone", answers["zone"])
    text = _set(text, "fallback", "slack", answers["slack"])
    if answers["mail"]:
        text = _put(text, "finance", "mail", f"[{_quoted(answers['mail'])}]")
    if answers["costs"] or answers["reader"] == "litellm_postgres":
        source = {"name": "costs", "reader": answers["reader"] or "table", "path": answers["costs"]}
        lines = [f"{key} = {_quoted(value)}" for key, value in source.items() if value]
        text = text.replace("#[[sources]]\n", "\n".join(["[[sources]]", *lines, "", "#[[sources]]", ""]), 1)
    read_config(text, name)
    return text


def _set(text: str, section: str, key: str, value: str) -> str:
    return _put(text, section, key, _quoted(value)) if value else text


def _put(text: str, section: str, key: str, value: str) -> str:
    """The text with one setting of one section replaced."""
    pattern = re.compile(rf"(^\[{section}\]\n(?:(?!\[).*\n)*?{key} = ).*$", re.MULTILINE)
    changed, count = pattern.subn(lambda found: found[1] + value, text, count=1)
    assert count == 1, f"[{section}] {key} does not stand in the shipped config"
    return changed


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
