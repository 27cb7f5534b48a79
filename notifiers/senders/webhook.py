"""Delivers to a webhook: JSON, signed, with an id by which the receiver can see a repeat.

The header `X-Why-Spike-Signature` is `v1=` and the HMAC-SHA256, in hex, of the body under the shared secret;
`X-Why-Spike-Delivery` is the same at every try of one delivery."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request

from notifiers.formats.webhook import webhook_payload
from notifiers.outbox import Job, Later, Refused

SECONDS = 15


class WebhookSender:
    """`secret` signs the bodies; an empty one signs nothing."""

    def __init__(self, secret: str = "") -> None:
        self._secret = secret

    def send(self, job: Job) -> str:
        """Posts it; the receipt is the status. Raises Later, Refused."""
        if not job.route.address.startswith(("https://", "http://")):
            raise Refused(f"{job.route.address} is no http(s) address")
        body = json.dumps(webhook_payload(job.message, job.route.rule)).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "why-spike", "X-Why-Spike-Delivery": job.id}
        if self._secret:
            headers["X-Why-Spike-Signature"] = f"v1={signature(self._secret, body)}"
        request = urllib.request.Request(job.route.address, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as error:
            wait = error.headers.get("Retry-After", "")
            if error.code in (408, 425, 429) or error.code >= 500:
                raise Later(f"answered {error.code}", float(wait) if wait.isdigit() else None) from error
            raise Refused(f"answered {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise Later(f"cannot be reached: {error}") from error

    def find(self, job: Job) -> str | None:  # noqa: ARG002 - the receiver tells repeats by the delivery's id
        """Nobody can tell."""
        return None


def signature(secret: str, body: bytes) -> str:
    """The HMAC of a body, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
