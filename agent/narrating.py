"""Who writes the words: the template, or Claude where the config and the environment allow it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.channels import look
from agent.config import Site
from explainer import narrate
from explainer.types import Explanation, Narrative, Reader
from ledger.store import Store

Words = Callable[[Explanation, Reader], Narrative]


def template(site: Site, now: datetime) -> Words:
    """The words of the template, as the site's readers read amounts and times."""
    shown = look(site, now)
    return lambda why, reader: narrate(why, reader, shown)


def words_of(site: Site, store: Store, *, now: datetime) -> Words:
    """The narrator of a site. Whatever fails with Claude, the words of the template come."""
    llm, key = site.config.llm, site.secrets.anthropic_api_key
    if not llm.enabled or key is None:
        return template(site, now)
    from explainer.call_log import StoredCalls  # late: with the client behind it, seconds
    from explainer.claude import ClaudeNarrator, ClaudeSettings

    settings = ClaudeSettings(
        model=llm.model, base_url=str(llm.base_url), seconds=llm.timeout_seconds, usd_a_month=llm.usd_a_month
    )
    claude = ClaudeNarrator(settings, key.get_secret_value(), StoredCalls(store))
    shown = look(site, now)
    return lambda why, reader: claude.narrate(why, reader, now, shown)
