"""Delivers by SMTP: a mail for each recipient, so that one bad address neither loses nor doubles the others."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP

from notifiers.formats.mail import mail_payload
from notifiers.outbox import Job, Later, Refused

SECONDS = 20


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `security` is starttls, tls or none; `unsubscribe` a mailto: or https: address."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""
    unsubscribe: str = ""


class MailSender:
    """One SMTP server; after `patience` seconds an answer of it is taken for lost."""

    def __init__(self, server: MailServer, *, patience: float = SECONDS) -> None:
        self._server, self._patience = server, patience

    def send(self, job: Job) -> str:
        """Hands the mail in; the receipt is its Message-ID, the same at every try. Raises Later, Refused."""
        if "@" not in job.route.address:
            raise Refused(f"{job.route.address} is no address")
        mail = self.mail(job)
        try:
            smtp = self._connected()
            try:
                smtp.send_message(mail, self._server.sender, [job.route.address])
            finally:
                _goodbye(smtp)  # what is wrong with it does not matter: the mail was taken, or was not, before
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
            raise _fault(error.smtp_code, error.smtp_error, mendable=True) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _fault(code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _fault(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Later(f"the mail server cannot be reached: {error}") from error
        return str(mail["Message-ID"])

    def find(self, job: Job) -> str | None:  # noqa: ARG002 - no mail server can be asked; the Message-ID is the same
        """Nobody can tell."""
        return None

    def mail(self, job: Job) -> EmailMessage:
        """Plain text, HTML and pictures, with the headers that thread it and let people unsubscribe."""
        payload, server = mail_payload(job.message, job.route.rule), self._server
        domain = server.sender.rpartition("@")[2].strip(">") or "why-spike.invalid"
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = server.sender, job.route.address, payload["subject"]
        mail["Message-ID"] = f"<{job.id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["List-ID"] = f"why-spike <why-spike.{domain}>"
        if job.head:
            mail["In-Reply-To"] = mail["References"] = job.head
        if server.unsubscribe:
            mail["List-Unsubscribe"] = f"<{server.unsubscribe}>"
            if server.unsubscribe.startswith("https:"):
                mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(payload["text"])
        mail.add_alternative(payload["html"], subtype="html")
        page = list(mail.iter_parts())[1]
        assert isinstance(page, MIMEPart)
        for number, (cid, _alt, picture) in enumerate(payload["images"]):
            page.add_related(
                picture, "image", "png", cid=f"<{cid}>", filename=f"chart-{number}.png", disposition="inline"
            )
        for a in job.message.attachments:
            kind, _, form = a.mime.partition("/")
            mail.add_attachment(a.content, maintype=kind, subtype=form, filename=a.name)
        return mail

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self._patience, context=ssl.create_default_context())  # fmt: skip
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self._patience)
        try:
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _goodbye(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


def _fault(code: int, said: bytes | str, *, mendable: bool = False) -> Later | Refused:
    """4xx are for later, 5xx for never, but for a password or a sender that somebody can put right."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    what = f"{code} {text}"[:300]
    return Later(what) if 400 <= code < 500 else Refused(what, mendable=mendable)
