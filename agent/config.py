"""The config: found, read and checked. Secrets come from the environment, and only this file reads it."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from agent.settings import (
    AccessSection,
    AccountSection,
    AddressSection,
    BudgetSection,
    CurrencySection,
    DetectionSection,
    FilesSection,
    LlmSection,
    LocaleSection,
    MailSection,
    OwnerSection,
    PricesSection,
    QuietSection,
    ScheduleSection,
    Section,
    SlackSection,
    SourceSection,
    StoreSection,
)
from ledger.types import LedgerError

NAME = "config.toml"
LOOKS_SECRET = ("token", "secret", "password", "api_key", "apikey")
SECRET_VALUES = ("xoxb-", "xoxp-", "xapp-", "sk-ant-")


class ConfigError(LedgerError):
    """What is wrong with the config: the file, the key, the value and the next step."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the environment may hold, by the names of its variables in lower case; None where it is not set."""

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    why_spike_mail_user: SecretStr | None = None
    why_spike_mail_password: SecretStr | None = None
    why_spike_webhook_secret: SecretStr | None = None
    why_spike_store_url: SecretStr | None = None


class Config(Section):
    """All settings; sections by the names they have in the file."""

    store: StoreSection = StoreSection()
    sources: tuple[SourceSection, ...] = ()
    files: FilesSection = FilesSection()
    accounts: dict[str, AccountSection] = Field(default_factory=dict)
    currency: CurrencySection = CurrencySection()
    prices: PricesSection = PricesSection()
    detection: DetectionSection = DetectionSection()
    owners: tuple[OwnerSection, ...] = ()
    fallback: AddressSection = AddressSection()
    operator: AddressSection = AddressSection()
    finance: AddressSection = AddressSection()
    quiet: QuietSection = QuietSection()
    budgets: tuple[BudgetSection, ...] = ()
    schedule: ScheduleSection = ScheduleSection()
    slack: SlackSection = SlackSection()
    mail: MailSection = MailSection()
    llm: LlmSection = LlmSection()
    locale: LocaleSection = LocaleSection()
    access: AccessSection = AccessSection()
    channels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _named_once(self) -> Config:
        names = [s.name for s in self.sources]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"two sources are called {twice[0]}; give each its own name")
        return self

    @model_validator(mode="after")
    def _shown_by_a_rate(self) -> Config:
        code = self.locale.currency
        if code != "USD" and code not in {r.currency.upper() for r in self.currency.rates}:
            raise ValueError(
                f"locale.currency is {code}, and [currency] has no rate for it; add [[currency.rates]] with "
                f'currency = "{code}", since = a date such as 2026-01-01, usd = what one {code} costs in dollars'
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people read times."""
        return self.locale.zoneinfo


@dataclass(frozen=True)
class Site:
    """A config with the folder that its paths start from, and the secrets that go with it."""

    config: Config
    folder: Path
    secrets: Secrets
    environment: Mapping[str, str]
    file: Path | None = None

    @cached_property
    def store_url(self) -> str:
        """Of the store; a relative SQLite file lies beside the config."""
        if self.secrets.why_spike_store_url:
            return self.secrets.why_spike_store_url.get_secret_value()
        url = self.config.store.url
        prefix, _, rest = url.partition(":///")
        if prefix == "sqlite" and rest and not rest.startswith(("/", ":memory:")):
            return f"sqlite:///{self.folder / rest}"
        return url

    def path(self, written: str) -> str:
        """A path of the config, from the config's folder."""
        return str(self.folder / Path(written).expanduser()) if written else ""

    def secret(self, variable: str) -> SecretStr | None:
        """The value of an environment variable that a setting names."""
        value = self.environment.get(variable)
        return SecretStr(value) if value else None


def secrets_of(environment: Mapping[str, str]) -> Secrets:
    """The secrets that are set."""
    found = {name: environment.get(name.upper()) for name in Secrets.__dataclass_fields__}
    return Secrets(**{name: SecretStr(value) for name, value in found.items() if value})


def load_site(given: Path | None = None, environment: Mapping[str, str] | None = None) -> Site:
    """The config named by --config, else by WHY_SPIKE_CONFIG, else config.toml of the working directory, else the
    defaults. Raises ConfigError."""
    environment = os.environ if environment is None else environment
    named = given or (Path(v) if (v := environment.get("WHY_SPIKE_CONFIG")) else None)
    if named is not None and not named.is_file():
        raise ConfigError(f"{named}: there is no such file; `why-spike init` writes a config")
    file = named or (Path(NAME) if Path(NAME).is_file() else None)
    config = read_config(file.read_text(), str(file)) if file else Config()
    folder = file.absolute().parent if file else Path.cwd()
    return Site(config, folder, secrets_of(environment), environment, file)


def default_site() -> Site:
    """The defaults, whatever config lies about."""
    return Site(Config(), Path.cwd(), secrets_of(os.environ), os.environ)


def read_config(text: str, name: str = NAME) -> Config:
    """The config of a TOML text. Raises ConfigError, which names the file, the key, the value and the next step."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: is no TOML: {error}") from error
    _refuse_secrets(raw, name)
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_faults(error, name))) from error


def default_text() -> str:
    """config.toml as it is shipped; in a checkout the one beside this file is a link to the root's."""
    return (Path(__file__).parent / NAME).read_text()


def _refuse_secrets(raw: Mapping[str, Any], name: str) -> None:
    for where, value in _leaves(raw, ()):
        key = where[-1].lower()
        variable = next((v.upper() for v in Secrets.__dataclass_fields__ if v.endswith(key)), "an environment variable")
        if key.endswith(LOOKS_SECRET) or (isinstance(value, str) and value.startswith(SECRET_VALUES)):
            raise ConfigError(f"{name}: {'.'.join(where)}: secrets do not belong in the file; set {variable} instead")
    try:
        password = make_url(raw.get("store", {}).get("url", "sqlite://")).password
    except (ArgumentError, AttributeError):
        return
    if password:
        raise ConfigError(f"{name}: store.url: it holds a password; set WHY_SPIKE_STORE_URL instead")


def _leaves(value: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*where, str(key)))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(inner, (*where, str(i + 1)))
    elif where:
        yield where, value


def _faults(error: ValidationError, name: str) -> Iterator[str]:
    for fault in error.errors():
        where = fault["loc"]
        key = ".".join(str(p + 1 if isinstance(p, int) else p) for p in where) or "the whole file"
        if fault["type"] == "extra_forbidden":
            yield f"{name}: {key}: there is no such setting{_nearest(where)}; `why-spike init --print` shows all"
        elif fault["type"] == "missing":
            yield f"{name}: {key}: it is missing; add it"
        else:
            said = fault["msg"].removeprefix("Value error, ").replace("Input should", "it should")
            yield f"{name}: {key}: value {fault['input']!r}: {said}" if where else f"{name}: {said}"


def _nearest(where: tuple[int | str, ...]) -> str:
    names = list(_section_at(where[:-1]).model_fields)
    found = difflib.get_close_matches(str(where[-1]), names, 1, 0.5)
    return f"; did you mean {found[0]}?" if found else f" (here stand {', '.join(names)})"


def _section_at(where: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of the section that a path leads to; numbers and the keys of a mapping lead to its entries."""
    model: type[BaseModel] = Config
    for part in where:
        field = model.model_fields.get(str(part))
        if field is None:
            continue
        inner = [field.annotation, *get_args(field.annotation)]
        model = next((t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)), model)
    return model
