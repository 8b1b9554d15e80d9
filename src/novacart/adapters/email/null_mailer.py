"""Mailer of a shop without e-mail."""

from contextlib import AbstractContextManager, nullcontext

import structlog

from novacart.application.ports.mailer import Mail

_log = structlog.get_logger("novacart.mail")


class NullMailer:
    """Discards every e-mail and logs its Message-ID, never its recipient, text or links."""

    def send(self, mail: Mail) -> None:
        _log.info("mail_discarded", message_id=mail.message_id)

    def shared_connection(self) -> AbstractContextManager[None]:
        return nullcontext()
