"""Emails sent over SMTP with Flask-Mail."""

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from email.utils import parseaddr
from select import POLLIN, poll
from threading import local
from types import TracebackType
from typing import Any, Final

from flask import Flask
from flask_mail import BadHeaderError, Connection
from flask_mail import Mail as FlaskMail

from novacart.adapters.email.message import build_message
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, MailRefused

# Seconds for each SMTP command. RFC 5321, section 4.5.3.2, recommends minutes, but the worker has
# other emails to send and retries this one.
TIMEOUT: Final = 10.0
_RETRY_AFTER: Final = 60
_OK: Final = 250
_FORWARDED: Final = 251
_SEND_CONTENT: Final = 354
_PERMANENT: Final = 500
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class _PipeliningSmtp(smtplib.SMTP):
    """Sends MAIL, RCPT and DATA at once to a server that supports it (RFC 2920)."""

    def sendmail(
        self,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: Any,  # noqa: ANN401 (smtplib's own)
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("pipelining") or len(to_addrs) != 1:
            return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)
        try:
            self._send_to(to_addrs[0], from_addr, msg)
        except smtplib.SMTPException:
            # The server may wait for the content, or its answers to the other commands are unread.
            self.close()
            raise
        return {}

    def _send_to(self, recipient: str, sender: str, content: bytes) -> None:
        """Send `content`, which ends with a line break, to one recipient."""
        size = f" SIZE={len(content)}" if self.has_extn("size") else ""
        self.send(
            f"MAIL FROM:{smtplib.quoteaddr(sender)}{size}\r\n"
            f"RCPT TO:{smtplib.quoteaddr(recipient)}\r\n"
            "DATA\r\n"
        )
        code, text = self.getreply()
        if code != _OK:
            raise smtplib.SMTPSenderRefused(code, text, sender)
        code, text = self.getreply()
        if code not in (_OK, _FORWARDED):
            raise smtplib.SMTPRecipientsRefused({recipient: (code, text)})
        code, text = self.getreply()
        if code == _SEND_CONTENT:
            self.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
            code, text = self.getreply()
        if code != _OK:
            raise smtplib.SMTPDataError(code, text)


class _SmtpConnection(Connection):
    """Flask-Mail's connection with a timeout and certificate verification."""

    def __init__(self, mail: Any, *, timeout: float, tls: ssl.SSLContext) -> None:  # noqa: ANN401 (Flask-Mail's private state)
        super().__init__(mail)
        self._timeout = timeout
        self._tls = tls

    def configure_host(self) -> smtplib.SMTP:
        host = _PipeliningSmtp(self.mail.server, self.mail.port, timeout=self._timeout)
        try:
            if self.mail.use_tls:
                host.starttls(context=self._tls)
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def is_usable(self) -> bool:
        """Whether the server has neither closed the connection nor announced it."""
        if self.host is None or self.host.sock is None:
            return False
        readable = poll()
        readable.register(self.host.sock, POLLIN)
        return not readable.poll(0)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        # The server has already accepted or rejected the message, so errors of QUIT do not matter.
        if self.host is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()


class _Shared(local):
    """The connection that the emails of a thread share, if they do."""

    is_wanted = False
    connection: _SmtpConnection | None = None


class FlaskMailMailer:
    """Sends each email over its own connection, with a timeout, or over a shared one.

    A shared connection is used again only after an email that was sent, and while the server has
    sent nothing since, so that a failed email does not affect others and a connection that the
    server has closed is replaced before anything is sent.

    Raises `MailRefused` if the server permanently (5xx) rejects the sender, the recipient or the
    message. Every other failure is `Unavailable`, also rejected credentials: the operator can
    correct them, and the email is sent by a retry.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        use_tls: bool,
        user: str,
        password: str,
        sender: str,
        timeout: float = TIMEOUT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._app = Flask("novacart.mail", static_folder=None)
        self._app.config.update(
            MAIL_SERVER=host,
            MAIL_PORT=port,
            MAIL_USE_TLS=use_tls,
            MAIL_USERNAME=user or None,
            MAIL_PASSWORD=password or None,
            MAIL_DEFAULT_SENDER=sender,
        )
        self._mail = FlaskMail(self._app)
        self._sender = sender
        # A tuple, since Flask-Mail parses a string again for each message.
        self._envelope_from = ("", parseaddr(sender)[1])
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._shared = _Shared()

    @contextmanager
    def shared_connection(self) -> Iterator[None]:
        self._shared.is_wanted = True
        try:
            yield
        finally:
            self._shared.is_wanted = False
            if (connection := self._take_shared()) is not None:
                connection.__exit__(None, None, None)

    def send(self, mail: Mail) -> None:
        with self._app.app_context():
            message = build_message(mail, sender=self._sender)
            try:
                with self._connected() as connection:
                    connection.send(message, envelope_from=self._envelope_from)
            except BadHeaderError as error:
                raise MailRefused("The message has a line break in a header.") from error
            except UnicodeEncodeError as error:
                # It needs SMTPUTF8 (RFC 6531), which few servers have.
                raise MailRefused(
                    "An address has a character that is not in ASCII before its @."
                ) from error
            except smtplib.SMTPAuthenticationError as error:
                raise Unavailable(
                    "The mail server rejected the user name and password.", retry_after=_RETRY_AFTER
                ) from error
            except (smtplib.SMTPException, OSError) as error:
                if _is_permanent(error):
                    raise MailRefused("The mail server rejected the message.") from error
                raise Unavailable(
                    "The mail server is unavailable.", retry_after=_RETRY_AFTER
                ) from error

    @contextmanager
    def _connected(self) -> Iterator[_SmtpConnection]:
        connection = self._take_shared()
        if connection is not None and not connection.is_usable():
            connection.__exit__(None, None, None)
            connection = None
        if connection is None:
            connection = _SmtpConnection(self._mail.state, timeout=self._timeout, tls=self._tls)
            connection.__enter__()
        with ExitStack() as stack:
            stack.push(connection)
            yield connection
            if self._shared.is_wanted:
                self._shared.connection = connection
                stack.pop_all()

    def _take_shared(self) -> _SmtpConnection | None:
        connection, self._shared.connection = self._shared.connection, None
        return connection


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return error.smtp_code >= _PERMANENT
    return False
