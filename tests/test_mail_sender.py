"""Mail through a real SMTP server, with its faults, its passwords and its certificates."""

from __future__ import annotations

import email
import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from ledger.engine import open_engine
from ledger.schema import delivery
from notifiers.outbox import Job, Later, Refused, queue, send_due
from notifiers.senders import MailSender, MailServer
from notifiers.types import Message, Route
from tests.receivers import mailbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HELLO = Message("m1", "m1", "incident", "alert", "search cost more", ("It says something.",))
JOB = Job("0" * 32, HELLO, Route("mail", "ann@example.com", "search"))


def sender(port, security="none", host="127.0.0.1", patience=15, **more):
    return MailSender(MailServer(host, port, security, "why-spike@example.com", **more), patience=patience)


@pytest.mark.parametrize(
    ("planned", "sent", "mails"),
    [("451 later", 1, 1), ("554 no", 0, 0), ("rude", 1, 1), ("hang up", 1, 2), ("delay", 1, 2)],
)
def test_what_becomes_of_a_mail_whose_text_is_refused_or_whose_answer_is_lost(tmp_path, planned, sent, mails):
    """4xx is tried again, 5xx not; a goodbye that fails doubles nothing; where the answer to the text itself is lost the
    mail goes again under the same Message-ID."""
    engine = open_engine(f"sqlite:///{tmp_path}/outbox.db")
    with mailbox() as (box, port):
        box.plan.append(planned)
        with engine.begin() as conn:
            queue(conn, HELLO, [JOB.route], now=NOW)
        for minutes in (0, 5, 10):
            send_due(engine, {"mail": sender(port, patience=0.3)}, now=NOW + timedelta(minutes=minutes))
    with engine.connect() as conn:
        statuses = [r.status for r in conn.execute(select(delivery))]
    engine.dispose()
    assert statuses.count("sent") == sent
    assert len(box.mails) == mails
    assert len({email.message_from_bytes(c, policy=default)["Message-ID"] for _, c in box.mails}) == min(mails, 1)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_can_be_mended():
    """It is no fault of the mail's: it is tried again, and goes out once the password is right."""

    def known(_server, _session, _envelope, _mechanism, given):
        return AuthResult(success=given.password == b"right", handled=False)

    with mailbox(authenticator=known, auth_require_tls=False, auth_required=True) as (box, port):
        with pytest.raises(Refused) as wrong:
            sender(port, user="u", password="wrong").send(JOB)
        assert wrong.value.mendable
        with pytest.raises(Refused) as none:
            sender(port).send(JOB)
        assert none.value.mendable
        sender(port, user="u", password="right").send(JOB)
        assert len(box.mails) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) of localhost, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*made, *files], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_is_encrypted_for_a_server_that_is_known(certificate, monkeypatch, security):
    """By STARTTLS or from the first byte; a certificate that nobody vouches for is refused, and waits."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    starttls = {"tls_context": context, "require_starttls": True}
    options = starttls if security == "starttls" else {"ssl_context": context}
    with mailbox(server_hostname="localhost", **options) as (box, port):
        with pytest.raises(Later, match="certificate"):
            sender(port, security, "localhost").send(JOB)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        sender(port, security, "localhost").send(JOB)
        assert len(box.mails) == 1


def test_a_server_that_cannot_encrypt_gets_nothing():
    """Where STARTTLS is asked for, no mail goes in the clear."""
    with mailbox() as (box, port):
        with pytest.raises(Later):
            sender(port, "starttls").send(JOB)
        assert not box.mails
