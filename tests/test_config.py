"""The config: what is in the file is what the program reads, and a mistake is named with its cure."""

from __future__ import annotations

import itertools
import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from agent.build import detection_settings
from agent.channels import look
from agent.config import Config, ConfigError, Secrets, Site, default_text, load_site, read_config
from detector.settings import DetectionSettings

ROOT = Path(__file__).parent.parent
EXAMPLE = re.compile(r"^#(?=[\[\w])", re.MULTILINE)
FOLDERS = ("ledger", "detector", "explainer", "notifiers", "agent")


FREE = ("accounts", "channels", "slack.workspaces")
"""Tables whose keys are the user's own."""


def sections(model: type[BaseModel], where: str = "") -> dict[str, BaseModel]:
    """Every model below a model, by its path."""
    found = {}
    for name, field in model.model_fields.items():
        parts = [field.annotation, *get_args(field.annotation)]
        inner = next((t for t in parts if isinstance(t, type) and issubclass(t, BaseModel)), None)
        if inner:
            found |= {f"{where}{name}": inner, **sections(inner, f"{where}{name}.")}
    return found


def every_setting() -> list[str]:
    return sorted(
        f"{path}.{name}"
        for path, model in sections(Config).items()
        for name in model.model_fields
        if f"{path}.{name}" not in sections(Config)
    )


def written(text: str) -> set[str]:
    """The paths of all keys of a TOML text; entries of lists and of free tables are left out of the path."""

    def walk(value, where):
        if isinstance(value, dict):
            for key, inner in value.items():
                free = where in FREE
                yield from walk(inner, f"{where}." if free else f"{where}.{key}".replace("..", ".").lstrip("."))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in value:
                yield from walk(inner, where)
        else:
            yield where.rstrip(".")

    return set(walk(tomllib.loads(text), ""))


def with_examples(text: str) -> str:
    """The shipped text with its examples made real, and the empty lists and tables beside them gone."""
    real = EXAMPLE.sub("", text)
    return re.sub(r"^(rates|contracts|gates|rules|workspaces) = (\[\]|\{\})$", "", real, flags=re.MULTILINE)


def test_the_shipped_config_is_the_defaults():
    """What config.toml says is what holds without it."""
    assert read_config(default_text()) == Config()


@pytest.mark.parametrize("setting", every_setting())
def test_every_setting_stands_in_the_shipped_config(setting):
    """A setting that is not in the file cannot be found."""
    found = written(with_examples(default_text()))
    assert any(key == setting or key.startswith(f"{setting}.") for key in found)


def test_the_examples_are_valid():
    """Taking the # away gives a config that is read."""
    config = read_config(with_examples(default_text()))
    assert config.owners[0].scope == (("team", "search"),)
    assert config.currency.rates[0].currency == "EUR"


def test_every_setting_of_the_shipped_config_has_a_comment():
    """The line above a setting, or above the setting above it, says what it is."""
    lines = default_text().splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"^\w+ = ", line):
            assert above.startswith("# ") or re.match(r"^\w+ = ", above), line


@pytest.mark.parametrize("setting", every_setting())
def test_every_setting_is_read(setting):
    """A setting that nothing reads does not exist."""
    files = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")]
    text = "".join(p.read_text() for p in files if p.name not in ("settings.py", "config.py"))
    assert re.search(rf"\.{setting.rsplit('.', 1)[1]}\b", text), setting


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[detection]\nalerts_per_mont = 2\n", ["detection.alerts_per_mont", "alerts_per_month"]),
        ("[detecton]\nmin_usd = 2\n", ["detecton", "detection"]),
        ("[[sources]]\nname = 'a'\nreader = 'table'\npaht = 'x'\n", ["sources.1.paht", "path"]),
        ("[accounts.acme]\ntruth = 'a'\nenrch = ['b']\n", ["accounts.acme.enrch", "enrich"]),
        ("[detection]\nmin_usd = -1\n", ["detection.min_usd", "-1", "greater than or equal to 0"]),
        ("[detection]\nmin_usd = 'many'\n", ["detection.min_usd", "'many'", "number"]),
        ("[[owners]]\nowner = 'x'\n", ["owners.1.scope", "missing"]),
        ("[[owners]]\nowner = 'x'\nscope = { tem = 'x' }\n", ["owners.1.scope", "tem", "dimension"]),
        ("[schedule]\ndigest_hour = 2\n", ["schedule.digest_hour", "2", "clocks change"]),
        ("[schedule]\ndigest_day = 1\n", ["schedule.digest_day", "mon"]),
        ("[locale]\nzone = 'Europe/Berln'\n", ["locale.zone", "Europe/Berln", "no such time zone"]),
        ("[locale]\nlanguage = 'xx_YY'\n", ["locale.language", "xx_YY"]),
        ("[locale]\ncurrency = 'EURO'\n", ["locale.currency", "'EURO'", "ISO code", "EUR"]),
        ("[locale]\ncurrency = 'EUR'\n", ["locale.currency is EUR", "[[currency.rates]]", "usd ="]),
        ("[slack]\nbot_token = 'xoxb-1'\n", ["slack.bot_token", "SLACK_BOT_TOKEN"]),
        ("[mail]\npassword = 'x'\n", ["mail.password", "WHY_SPIKE_MAIL_PASSWORD"]),
        ("[fallback]\nslack = 'xoxb-12'\n", ["fallback.slack", "environment"]),
        ("[store]\nurl = 'postgresql://u:pw@h/d'\n", ["store.url", "WHY_SPIKE_STORE_URL"]),
        ("[store\n", ["no TOML", "line 1"]),
        ("[[sources]]\nname='a'\nreader='table'\n[[sources]]\nname='a'\nreader='table'\n", ["two sources", "a"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_cure(text, words):
    """The error names the file, the key, the value and what to do, and never a secret."""
    with pytest.raises(ConfigError) as caught:
        read_config(text, "here.toml")
    for word in ("here.toml", *words):
        assert word in str(caught.value)
    assert "xoxb-1" not in str(caught.value)
    assert "pw@" not in str(caught.value)


def test_the_config_is_found_by_option_then_variable_then_folder(tmp_path, monkeypatch):
    """--config, WHY_SPIKE_CONFIG, the working directory, in this order; without any, the defaults."""
    for name, usd in (("option", 1), ("variable", 2), ("folder/config", 3)):
        file = tmp_path / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"[detection]\nmin_usd = {usd}\n")
    named = {"WHY_SPIKE_CONFIG": str(tmp_path / "variable.toml")}
    monkeypatch.chdir(tmp_path / "folder")
    assert load_site(tmp_path / "option.toml", named).config.detection.min_usd == 1
    assert load_site(None, named).config.detection.min_usd == 2
    assert load_site(None, {}).config.detection.min_usd == 3
    monkeypatch.chdir(tmp_path)
    assert load_site(None, {}).config == Config()


def test_a_config_that_is_not_there_is_an_error(tmp_path):
    """A file that was named and is missing is not passed over in silence."""
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        load_site(tmp_path / "gone.toml", {})


def test_paths_start_from_the_config(tmp_path):
    """A config means the same from every working directory."""
    file = tmp_path / "config.toml"
    file.write_text("[store]\nurl = 'sqlite:///data/costs.db'\n")
    site = load_site(file, {})
    assert site.store_url == f"sqlite:///{tmp_path}/data/costs.db"
    assert site.path("exports/*.csv") == str(tmp_path / "exports/*.csv")


def test_secrets_come_from_the_environment_and_are_not_shown():
    """They are read there, and no text of the site holds them."""
    site = load_site(None, {"SLACK_BOT_TOKEN": "xoxb-very-secret", "WHY_SPIKE_STORE_URL": "postgresql://u:pw@h/d"})
    assert site.secrets.slack_bot_token.get_secret_value() == "xoxb-very-secret"
    assert site.store_url == "postgresql://u:pw@h/d"
    assert "very-secret" not in repr(site.secrets)


def test_the_detection_section_is_the_detectors_own_settings():
    """The defaults of the file are those that the detector was measured with."""
    assert detection_settings(load_site(None, {})) == DetectionSettings()


def test_amounts_are_shown_by_the_newest_rate_that_holds():
    """A rate of tomorrow is not used today; where all are later, the first of them is."""
    rates = "".join(
        f"[[currency.rates]]\ncurrency = 'eur'\nsince = {since}\nusd = {usd}\n"
        for since, usd in (("2026-11-01", "1.10"), ("2026-06-01", "1.05"), ("2026-11-20", "1.20"))
    )
    config = read_config(f"[locale]\ncurrency = 'eur'\nlanguage = 'fr_FR'\n{rates}")
    site = Site(config, Path("/"), Secrets(), {})
    used = [
        look(site, datetime(2026, month, day, tzinfo=UTC)).usd for month, day in ((11, 19), (11, 20), (7, 1), (1, 1))
    ]
    assert used == [Decimal("1.10"), Decimal("1.20"), Decimal("1.05"), Decimal("1.05")]
    assert look(site, datetime(2026, 11, 19, tzinfo=UTC)).currency == "EUR"
