"""Builds rules, routes and senders from a config."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from agent.config import Site
from agent.settings import AddressSection
from explainer import Look
from notifiers.outbox import Sender
from notifiers.routing import Quiet, Rule
from notifiers.senders import MailSender, MailServer, SlackSender, WebhookSender
from notifiers.types import Route


def look(site: Site, now: datetime) -> Look:
    """How amounts and times are written: in the currency of [locale], by the newest rate of [currency] at a time."""
    locale = site.config.locale
    if locale.currency == "USD":
        return Look(locale.language, site.config.zone)
    rates = sorted(
        (r for r in site.config.currency.rates if r.currency.upper() == locale.currency), key=lambda r: r.since
    )
    rate = next((r for r in reversed(rates) if r.since <= now.astimezone(site.config.zone).date()), rates[0])
    return Look(locale.language, site.config.zone, locale.currency, rate.usd, rate.since)


def quiet(site: Site) -> Quiet | None:
    """When nobody is disturbed; None for never."""
    hours = site.config.quiet
    return Quiet(hours.start, hours.end, site.config.zone) if hours.start and hours.end else None


def routes_of(address: AddressSection, rule: str) -> tuple[Route, ...]:
    """The routes of an address, under the name of the rule that chose it."""
    slack = [Route("slack", address.slack, rule, address.workspace)] if address.slack else []
    webhook = [Route("webhook", address.webhook, rule)] if address.webhook else []
    return (*slack, *(Route("mail", to, rule) for to in address.mail), *webhook)


def rules(site: Site) -> list[Rule]:
    """The owners as rules."""
    return [Rule(o.owner, o.scope, routes_of(o, o.owner), o.min_usd, o.severity) for o in site.config.owners]


def fallback_rule(site: Site) -> Rule:
    """What nobody owns."""
    return Rule("fallback", (), routes_of(site.config.fallback, "fallback"))


def slack_tokens(site: Site) -> dict[str, str]:
    """Bot tokens by workspace, "" for any other; without those that are not set."""
    found = {name: site.secret(variable) for name, variable in site.config.slack.workspaces.items()}
    found[""] = site.secrets.slack_bot_token
    return {name: token.get_secret_value() for name, token in found.items() if token}


def senders(site: Site) -> dict[str, Sender]:
    """The channels that are configured."""
    mail, secrets = site.config.mail, site.secrets
    found: dict[str, Sender] = {"webhook": WebhookSender(_value(secrets.why_spike_webhook_secret))}
    if tokens := slack_tokens(site):
        found["slack"] = SlackSender(tokens, api=str(site.config.slack.api_url))
    if mail.host:
        user, password = _value(secrets.why_spike_mail_user), _value(secrets.why_spike_mail_password)
        found["mail"] = MailSender(
            MailServer(mail.host, mail.port, mail.security, mail.sender, user, password, mail.unsubscribe)
        )
    return found


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
