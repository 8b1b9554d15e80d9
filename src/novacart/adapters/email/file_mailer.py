"""E-mails written to a folder, for development."""

import re
from pathlib import Path

import structlog
from flask import Flask
from flask_mail import Mail as FlaskMail

from novacart.adapters.email.message import message_of
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail

_LINK = re.compile(r"https?://\S+")
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_log = structlog.get_logger("novacart.mail")


class FileMailer:
    """Writes each e-mail to an `.eml` file named by its Message-ID; a repeat overwrites it.

    The first link of the text is also logged.
    """

    def __init__(self, *, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender
        self._app = Flask("novacart.mail", static_folder=None)
        FlaskMail(self._app)

    def send(self, mail: Mail) -> None:
        with self._app.app_context():
            content = message_of(mail, sender=self._sender).as_bytes()
        path = self._folder / f"{_UNSAFE.sub('_', mail.message_id)}.eml"
        unfinished = path.with_suffix(".tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError as error:
            raise Unavailable("The mail folder cannot be written.") from error
        link = _LINK.search(mail.text)
        _log.info("mail_written", file=str(path), link=link[0] if link else None)
