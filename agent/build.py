"""Builds the real things from a config: the one place that knows both."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from agent.channels import look
from agent.config import ConfigError, Site
from agent.settings import SourceSection
from detector.settings import DetectionSettings, Gate
from explainer.context import Budget, Context
from ledger.currency import Rate, Rates
from ledger.prices import ContractPrice, PriceBook
from ledger.readers import SourceSettings
from ledger.store import Store
from ledger.truth import Account, Use

OUTCOMES = timedelta(days=120)
"""How far back outcomes are looked at."""


def open_store(site: Site) -> Store:
    """The store of the site, at the newest schema. Raises LedgerError."""
    return Store.open(site.store_url, accounts(site))


def accounts(site: Site) -> tuple[Account, ...]:
    """Which source is the truth of an account, and what the others are for. Raises ConfigError for an unknown source."""
    names = {s.name for s in site.config.sources}
    found = []
    for name, account in site.config.accounts.items():
        others: dict[str, Use] = dict.fromkeys(account.enrich, "enrich")
        others.update(dict.fromkeys(account.compare, "compare"))
        unknown = sorted({account.truth, *others} - names)
        if unknown and names:
            raise ConfigError(f"accounts.{name}: there is no source {unknown[0]}; the sources are {', '.join(names)}")
        found.append(Account(name, account.truth, others))
    return tuple(found)


def source_settings(site: Site, source: SourceSection, *, keep_good: bool = False) -> SourceSettings:
    """What a reader is told. Raises ConfigError where a database's URL is not in the environment."""
    url = ""
    if source.url_env:
        secret = site.secret(source.url_env)
        if secret is None:
            raise ConfigError(f"the environment has no {source.url_env}; set it to the URL")
        url = secret.get_secret_value()
    prices, rates = site.config.prices.contracts, site.config.currency.rates
    plain = source.model_dump(exclude={"path", "url_env"})
    return SourceSettings(
        **plain,
        path=site.path(source.path),
        url=url,
        keep_good=keep_good,
        bad_folder=Path(site.folder),
        rates=Rates(Rate(**r.model_dump()) for r in rates),
        prices=PriceBook(ContractPrice(**p.model_dump()) for p in prices),
    )


def detection_settings(site: Site) -> DetectionSettings:
    """The detector's settings."""
    section = site.config.detection
    gates = tuple(Gate(g.scope, g.min_usd, g.min_percent, g.raise_bar) for g in section.gates)
    plain = section.model_dump(exclude={"gates"})
    return DetectionSettings(**plain, gates=gates, zone=site.config.locale.zone)


def shown_url(site: Site) -> str:
    """The store's URL without its password."""
    return make_url(site.store_url).render_as_string(hide_password=True)


def explain_context(site: Site, store: Store, now: datetime) -> Context:
    """What the explainer is told beside costs: owners, budgets, what the spend achieved, the zone of days."""
    config = site.config
    return Context(
        owners=tuple((o.scope, o.owner) for o in config.owners),
        budgets=tuple(Budget(b.scope, b.usd_a_month) for b in config.budgets),
        outcomes=tuple(store.outcomes(since=now - OUTCOMES, until=now)),
        look=look(site, now),
    )
