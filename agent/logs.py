"""The log of a process that stays: one JSON object a line on stderr, foreign lines too, secrets blanked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"(xox[abp]-|xapp-|sk-ant-|Bearer )[\w.-]+|(?<=://)[^/\s:@]+:[^@\s]+(?=@)")


def log_as_json(level: int = logging.INFO) -> None:
    """Sets the root logger up, once, at the rim."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, stamp],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            blanked,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def blanked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every text of a line without what looks like a token, or a password in a URL."""
    return {key: SECRET.sub("***", value) if isinstance(value, str) else value for key, value in event.items()}
