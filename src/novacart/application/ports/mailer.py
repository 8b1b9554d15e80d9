"""Mail to customers."""

from dataclasses import dataclass
from typing import Protocol

from novacart.application.ports.errors import PortError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message to one person, as plain text and as HTML.

    `message_id` is what makes it this message: the same for every attempt to send it, so
    that a mailbox shows it once (RFC 5322, 3.6.4). Letters, digits, dots and hyphens; the
    mailer adds the shop's domain.
    """

    message_id: str
    to: str
    subject: str
    text: str
    html: str


class MailRefused(PortError):
    """The mail server will never take this message, however often it is tried."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand it to the mail server. Raises `Unavailable`, or `MailRefused` for good."""
        ...
