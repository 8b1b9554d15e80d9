"""Sender of e-mails."""

from dataclasses import dataclass
from typing import Protocol

from novacart.application.ports.errors import PortError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail to one recipient, as plain text and HTML.

    `message_id` is the same for every attempt, so that a mailbox shows the message once
    (RFC 5322, 3.6.4). It has letters, digits, dots and hyphens; the mailer adds the domain.
    """

    message_id: str
    to: str
    subject: str
    text: str
    html: str


class MailRefused(PortError):
    """The mail server rejected the message permanently."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Raises `Unavailable` for a temporary failure, `MailRefused` for a permanent one."""
        ...
