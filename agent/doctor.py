"""Examines a site: config, store, freshness, credentials, Slack, mail, the model. Every fault comes with its cure."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import SecretStr

from agent.build import accounts, open_store, shown_url, source_settings
from agent.channels import look
from agent.config import Config, Site
from agent.reconciled import reconciled
from ledger.readers import READERS
from ledger.readers.files import files_of
from ledger.store import Store
from ledger.types import LedgerError

NEEDED_SCOPES = frozenset({"chat:write", "chat:write.public", "commands", "files:write"})
SECONDS = 10
Mark = Literal["ok", "note", "FAULT"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about something, and how a fault is mended."""

    mark: Mark
    about: str
    found: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """As a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


def examine(site: Site, *, now: datetime, offline: bool = False) -> Iterator[Finding]:
    """Everything that can be wrong, in the order in which it matters. Nothing is sent; `offline` asks no server."""
    where = str(site.file) if site.file else "no config file; the defaults hold"
    yield Finding("ok" if site.file else "note", "config", where, "" if site.file else "why-spike init")
    yield from _sources(site)
    try:
        store = open_store(site)
        store.loads()
    except LedgerError as error:
        yield Finding(
            "FAULT", "store", str(error), "mend store.url or WHY_SPIKE_STORE_URL, and see that it can be written"
        )
    else:
        yield Finding("ok", "store", shown_url(site))
        yield from _freshness(site, store, now)
        yield from _accounts(site, store, now)
    yield from _routes(site.config)
    yield from _slack(site, offline=offline)
    yield from _mail(site, offline=offline)
    yield from _model(site, offline=offline)


def _sources(site: Site) -> Iterator[Finding]:
    if not site.config.sources:
        yield Finding("FAULT", "sources", "there is none", "add a [[sources]] with name, reader and path")
    for source in site.config.sources:
        about = f"source {source.name}"
        if source.reader not in READERS:
            yield Finding("FAULT", about, f"there is no reader {source.reader}", f"use one of {', '.join(READERS)}")
            continue
        try:
            accounts(site)
            settings = source_settings(site, source)
            count = len(files_of(settings.path, ("",))) if settings.path else 0
            found = "a database" if not settings.path else "1 file" if count == 1 else f"{count} files"
        except LedgerError as error:
            yield Finding("FAULT", about, str(error), "mend its path, its url_env or its account")
        else:
            yield Finding("ok", about, found)


def _freshness(site: Site, store: Store, now: datetime) -> Iterator[Finding]:
    fresh = {f.source: f for f in store.freshness(now)}
    for source in site.config.sources:
        about = f"freshness of {source.name}"
        if source.name not in fresh:
            yield Finding("note", about, "nothing is stored of it yet", "why-spike ingest")
            continue
        age = now - fresh[source.name].reaches
        days, hours = age.days, age.seconds // 3600
        late = age > timedelta(hours=source.lag_hours + 48)
        yield Finding(
            "FAULT" if late else "ok",
            about,
            f"it ends {days} d {hours} h ago",
            "see why its export stopped" if late else "",
        )


def _accounts(site: Site, store: Store, now: datetime) -> Iterator[Finding]:
    for pair in reconciled(store.differences(now)) if store.accounts else []:
        fix = (
            "see `why-spike db --json` for each day: is a key or a region missing in one of them?" if pair.much else ""
        )
        yield Finding("note" if pair.much else "ok", pair.about, pair.line(look(site, now)), fix)


def _routes(config: Config) -> Iterator[Finding]:
    reached = [config.fallback, *config.owners]
    if not any(a.slack or a.mail or a.webhook for a in reached):
        yield Finding(
            "note", "channels", "nobody is told of anything", "set [fallback] and [[owners]], see config.toml"
        )
    if any(a.slack for a in (*reached, config.operator, config.finance)) and not config.fallback.slack:
        yield Finding("note", "channels", "no [fallback] slack", "set it: it takes what a broken channel cannot")


def _slack(site: Site, *, offline: bool) -> Iterator[Finding]:
    config, secrets = site.config, site.secrets
    used = [a for a in (config.fallback, config.operator, config.finance, *config.owners) if a.slack]
    if not used and config.slack.mode == "off":
        return
    if config.slack.mode == "http" and not secrets.slack_signing_secret:
        yield Finding("FAULT", "Slack", "SLACK_SIGNING_SECRET is not set", "copy it from the app's Basic Information")
    if config.slack.mode == "socket" and not secrets.slack_app_token:
        yield Finding("FAULT", "Slack", "SLACK_APP_TOKEN is not set", "make an app-level token with connections:write")
    tokens = {"SLACK_BOT_TOKEN": secrets.slack_bot_token} if not config.slack.workspaces else {}
    tokens |= {name: site.secret(name) for name in config.slack.workspaces.values()}
    for name, token in tokens.items():
        if token is None:
            yield Finding("FAULT", "Slack", f"{name} is not set", "install the app and copy its bot token (xoxb-...)")
        elif not offline:
            yield _slack_token(str(config.slack.api_url), name, token)


def _slack_token(api: str, name: str, token: SecretStr) -> Finding:
    try:
        body, headers = _ask(f"{api}auth.test", token, method="POST")
    except OSError as error:
        return Finding("FAULT", "Slack", f"cannot be asked ({error})", "see that this machine may reach Slack")
    if not body.get("ok"):
        return Finding("FAULT", "Slack", f"{name}: {body.get('error')}", "install the app again and copy its bot token")
    scopes = {s.strip() for s in headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(NEEDED_SCOPES - scopes)
    if missing:
        fix = "add them under OAuth & Permissions (or use notifiers/slack_manifest.yaml) and install the app again"
        return Finding("FAULT", "Slack", f"{name}: scopes are missing: {', '.join(missing)}", fix)
    return Finding("ok", "Slack", f"{name}: {body.get('user')} in {body.get('team')}, all scopes")


def _mail(site: Site, *, offline: bool) -> Iterator[Finding]:
    config, mail = site.config, site.config.mail
    used = any(a.mail for a in (config.fallback, config.operator, config.finance, *config.owners))
    if used and not mail.host:
        yield Finding("FAULT", "mail", "addresses are configured but no server", "set mail.host and mail.sender")
    if mail.host and not mail.sender:
        yield Finding("FAULT", "mail", "mail.sender is empty", "set it to the From address")
    if mail.host and not offline:
        yield _mail_server(site)


def _mail_server(site: Site) -> Finding:
    mail, secrets = site.config.mail, site.secrets
    about, secure = f"mail server {mail.host}:{mail.port}", ssl.create_default_context()
    plain = mail.security != "tls"
    try:
        server = (
            smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
            if plain
            else smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=secure)
        )
        with server:
            if mail.security == "starttls":
                server.starttls(context=secure)
            if secrets.why_spike_mail_user and secrets.why_spike_mail_password:
                user, password = secrets.why_spike_mail_user, secrets.why_spike_mail_password
                server.login(user.get_secret_value(), password.get_secret_value())
            server.noop()
    except smtplib.SMTPAuthenticationError as error:
        return Finding(
            "FAULT", about, f"refuses the login ({error.smtp_code})", "mend WHY_SPIKE_MAIL_USER and _PASSWORD"
        )
    except (OSError, smtplib.SMTPException) as error:
        return Finding("FAULT", about, str(error), "mend mail.host, mail.port and mail.security")
    return Finding("ok", about, "answers")


def _model(site: Site, *, offline: bool) -> Iterator[Finding]:
    llm, key = site.config.llm, site.secrets.anthropic_api_key
    if not llm.enabled:
        return
    if key is None:
        yield Finding("FAULT", "model", "ANTHROPIC_API_KEY is not set", "set it, or llm.enabled = false")
        return
    if offline:
        return
    try:
        _ask(f"{str(llm.base_url).rstrip('/')}/v1/models/{llm.model}", key)
    except urllib.error.HTTPError as error:
        fix = "mend llm.model" if error.code == 404 else "mend ANTHROPIC_API_KEY"
        yield Finding("FAULT", "model", f"{llm.model}: answered {error.code}", fix)
    except OSError as error:
        yield Finding("FAULT", "model", f"cannot be asked ({error})", "see that this machine may reach llm.base_url")
    else:
        yield Finding("ok", "model", llm.model)


def _ask(url: str, token: SecretStr, method: str = "GET") -> tuple[dict[str, Any], dict[str, str]]:
    """The JSON answer and the headers (by lower-case name) of a request with a bearer token. Raises OSError."""
    headers = {"Authorization": f"Bearer {token.get_secret_value()}", "anthropic-version": "2026-10-21"}
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        body = json.loads(answer.read() or b"{}")
        return body, {name.lower(): value for name, value in answer.headers.items()}
