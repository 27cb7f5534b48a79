"""The sections of config.toml. Every default stands here and, with a comment, in config.toml; a test holds them equal."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, field_validator

from ledger.types import LedgerError, Scope, scope_of


class Section(BaseModel):
    """A table of the config; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _scope(value: object) -> object:
    """TOML has no null: the empty text stands for untagged."""
    if not isinstance(value, dict):
        return value
    try:
        return scope_of({k: v or None for k, v in value.items()})
    except LedgerError as error:
        raise ValueError(str(error)) from error


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("there is no such time zone; write one such as Europe/Paris")
    return value


def _country(value: str) -> str:
    from detector.days_off import check_country  # a second of import that most commands do not need

    return check_country(value)


ScopeTable = Annotated[Scope, BeforeValidator(_scope)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Severity = Literal["low", "medium", "high"]
EnvName = Annotated[str, Field(pattern=r"^$|^[A-Z][A-Z0-9_]*$")]
"""The name of an environment variable: the value itself, a secret, is never in the file."""


class StoreSection(Section):
    url: str = "sqlite:///why-spike.db"


class SourceSection(Section):
    name: str
    reader: str
    path: str = ""
    url_env: EnvName = ""
    account: str | None = None
    currency: str = "USD"
    lag_hours: Annotated[float, Field(ge=0)] = 1.0
    cost_column: str = "EffectiveCost"
    columns: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    adds_up: bool = False
    window_days: Annotated[int, Field(ge=1)] = 3


class FilesSection(Section):
    events: str = ""
    outcomes: str = ""


class AccountSection(Section):
    truth: str
    enrich: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()


class RateSection(Section):
    currency: str
    since: date
    usd: Annotated[Decimal, Field(gt=0)]


class CurrencySection(Section):
    rates: tuple[RateSection, ...] = ()


class ContractSection(Section):
    model: str
    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    provider: str | None = None
    since: date = date.min
    until: date = date.max


class PricesSection(Section):
    contracts: tuple[ContractSection, ...] = ()


class BudgetSection(Section):
    scope: ScopeTable = ()
    usd_a_month: Annotated[float, Field(gt=0)]


class ScheduleSection(Section):
    tick_minute: Annotated[int, Field(ge=0, le=59)] = 10
    digest_day: Weekday = "mon"
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 9

    @field_validator("digest_hour")
    @classmethod
    def _stands_on_every_day(cls, hour: int) -> int:
        if 1 <= hour <= 3:
            raise ValueError("the hours 1 to 3 are left out or doubled when clocks change; use another")
        return hour


class SlackSection(Section):
    mode: Literal["off", "http", "socket"] = "off"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    api_url: HttpUrl = HttpUrl("https://slack.com/api/")
    workspaces: dict[str, EnvName] = Field(default_factory=dict)


class MailSection(Section):
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    unsubscribe: str = ""


class LlmSection(Section):
    enabled: bool = False
    model: str = "claude-haiku-5-5"
    base_url: HttpUrl = HttpUrl("https://api.anthropic.com")
    usd_a_month: Annotated[float, Field(ge=0)] = 20.0
    timeout_seconds: Annotated[float, Field(gt=0, le=20)] = 15.0


class LocaleSection(Section):
    language: str = "en_US"
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: str = "USD"

    @field_validator("currency")
    @classmethod
    def _has_a_code(cls, currency: str) -> str:
        from babel.numbers import list_currencies

        if currency.upper() not in list_currencies():
            raise ValueError("there is no such currency; write its ISO code, such as EUR")
        return currency.upper()

    @field_validator("language")
    @classmethod
    def _known(cls, language: str) -> str:
        from babel import Locale, UnknownLocaleError

        try:
            Locale.parse(language)
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError("there is no such locale; write one such as en_US or fr_FR") from error
        return language

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class AddressSection(Section):
    """Where somebody is reached; what is empty is not used."""

    slack: str = ""
    workspace: str = ""
    mail: tuple[str, ...] = ()
    webhook: str = ""


class OwnerSection(AddressSection):
    scope: ScopeTable
    owner: str
    min_usd: Annotated[float, Field(ge=0)] = 0.0
    severity: Severity = "low"


class QuietSection(Section):
    start: time | None = None
    end: time | None = None


class AccessRuleSection(Section):
    teams: tuple[str, ...]
    users: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class AccessSection(Section):
    default: Literal["all", "own", "none"] = "all"
    rules: tuple[AccessRuleSection, ...] = ()


class GateSection(Section):
    """What differs within a scope; the most specific gate that holds a place counts."""

    scope: ScopeTable
    min_usd: Annotated[float, Field(ge=0)] | None = None
    min_percent: Annotated[float, Field(ge=0)] | None = None
    raise_bar: Annotated[float, Field(gt=0)] = 1.0


class DetectionSection(Section):
    """The detector's settings (detector.settings.DetectionSettings), as they stand in the file."""

    alerts_per_month: Annotated[float, Field(gt=0)] = 1.0
    min_usd: Annotated[float, Field(ge=0)] = 30.0
    min_percent: Annotated[float, Field(ge=0)] = 25.0
    history_days: Annotated[int, Field(ge=14)] = 35
    reference_days: Annotated[int, Field(ge=7)] = 14
    min_history_days: Annotated[int, Field(ge=1)] = 5
    accept_after_days: Annotated[int, Field(ge=1)] = 14
    overrun_factor: Annotated[float, Field(ge=1)] = 1.5
    launch_usd: Annotated[float, Field(ge=0)] = 40.0
    holidays: tuple[Annotated[str, AfterValidator(_country)], ...] = ()
    gates: tuple[GateSection, ...] = ()
