"""Fake mailer."""

from contextlib import AbstractContextManager, nullcontext

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, MailRefused


class FakeMailer:
    """Stores emails by Message-ID; unavailable when `down`, rejects recipients in `refuse`."""

    def __init__(self) -> None:
        self.sent: dict[str, Mail] = {}
        self.attempts = 0
        self.down = False
        self.refuse: set[str] = set()

    def send(self, mail: Mail) -> None:
        self.attempts += 1
        if self.down:
            raise Unavailable("The mail server is unavailable.")
        if mail.to in self.refuse:
            raise MailRefused("The mail server rejected the message.")
        self.sent[mail.message_id] = mail

    def shared_connection(self) -> AbstractContextManager[None]:
        return nullcontext()
