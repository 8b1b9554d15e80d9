"""Emails written to a folder, for development without a mail server."""

import os
import re
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import structlog
from flask import Flask
from flask_mail import Mail as FlaskMail

from novacart.adapters.email.message import build_message
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_log = structlog.get_logger("novacart.mail")


class FileMailer:
    """Writes each email to an `.eml` file named by its Message-ID; a retry overwrites it.

    Only the user of the process can read the files. The log names the file and shows none of its
    text: links hold tokens.
    """

    def __init__(self, *, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender
        self._app = Flask("novacart.mail", static_folder=None)
        FlaskMail(self._app)

    def send(self, mail: Mail) -> None:
        with self._app.app_context():
            content = build_message(mail, sender=self._sender).as_bytes()
        path = self._folder / f"{_UNSAFE.sub('_', mail.message_id)}.eml"
        temporary = path.with_suffix(".tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(temporary, "wb", opener=_open_private) as file:
                file.write(content)
            temporary.replace(path)
        except OSError as error:
            raise Unavailable("The mail folder is not writable.") from error
        _log.info("mail_written", file=str(path))

    def shared_connection(self) -> AbstractContextManager[None]:
        return nullcontext()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
