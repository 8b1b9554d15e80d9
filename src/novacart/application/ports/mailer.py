"""Sending of emails."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, Self

from novacart.application.ports.email_renderer import RenderedEmail
from novacart.application.ports.errors import PortError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An email to one recipient, as plain text and HTML.

    `message_id` identifies the email: it is the same for every attempt to send it, so that mail
    clients show it once (RFC 5322, section 3.6.4). It has letters, digits, dots and hyphens; the
    mailer adds the shop's domain.
    """

    message_id: str
    to: str
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, email: RenderedEmail, *, to: str, message_id: str) -> Self:
        """A rendered email, addressed to one recipient."""
        return cls(
            message_id=message_id, to=to, subject=email.subject, text=email.text, html=email.html
        )


class MailRefused(PortError):
    """The mail server permanently rejected the email."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Pass the email to the mail server. Raises `Unavailable` or `MailRefused`."""
        ...

    def shared_connection(self) -> AbstractContextManager[None]:
        """Within the block, the emails of this thread may share a connection."""
        ...
