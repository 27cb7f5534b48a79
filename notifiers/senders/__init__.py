"""Senders: each delivers to one kind of channel. A new kind is one file here, one format, and one line in both."""

from notifiers.senders.mail import MailSender, MailServer
from notifiers.senders.slack import SlackSender
from notifiers.senders.webhook import WebhookSender

__all__ = ["MailSender", "MailServer", "SlackSender", "WebhookSender"]
