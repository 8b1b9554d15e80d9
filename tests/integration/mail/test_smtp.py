"""Flask-Mail mailer against a real SMTP server."""

# aiosmtpd passes arguments that the handlers do not use.
# ruff: noqa: ARG002

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from novacart.adapters.email.flask_mail_mailer import FlaskMailMailer
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, MailRefused
from tests.support.contracts.mailer import HELLO, MailerContract
from tests.support.mail import parse_mail

USER, PASSWORD = "lantern", "a mail password"


class Mailbox:
    """Handler of the SMTP server: stores emails, and sends the `replies` set for a command."""

    def __init__(self, *extensions: str) -> None:
        """`extensions` are announced after EHLO, besides aiosmtpd's own."""
        self.extensions = [f"250-{name}" for name in extensions]
        self.raw: list[bytes] = []
        self.greetings = 0
        self.replies: dict[str, str] = {}
        self.auth_mechanisms: list[str] = []

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.greetings += 1
        return [responses[0], *self.extensions, *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        if "MAIL" in self.replies:
            return self.replies["MAIL"]
        envelope.mail_from = address
        envelope.mail_options += mail_options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        reply = self.replies.get("RCPT", "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.replies:
            return self.replies["DATA"]
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.replies.get("QUIT", "221 Bye")

    def authenticate(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        mechanism: str,
        data: Any,  # noqa: ANN401
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        self.auth_mechanisms.append(mechanism)
        return AuthResult(success=right, handled=right)


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["one by one", "pipelining"])
def mailbox(request: pytest.FixtureRequest) -> Mailbox:
    return Mailbox(*request.param)


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=mailbox.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield controller
    if controller.server is not None:
        controller.stop()


def mailer_of(port: int, *, password: str = PASSWORD, use_tls: bool = False) -> FlaskMailMailer:
    return FlaskMailMailer(
        host="127.0.0.1",
        port=port,
        use_tls=use_tls,
        user=USER,
        password=password,
        sender="Lanterns <shop@shop.example>",
        timeout=5,
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TestFlaskMailMailer(MailerContract):
    @pytest.fixture
    def mailer(self, server: Controller) -> FlaskMailMailer:
        return mailer_of(server.port)

    @pytest.fixture
    def delivered(self, mailbox: Mailbox) -> Callable[[], Mapping[str, Mail]]:
        return lambda: {mail.message_id: mail for mail in map(parse_mail, mailbox.raw)}

    @pytest.fixture
    def make_unavailable(self, server: Controller) -> Callable[[], None]:
        return server.stop

    def test_mailer_authenticates(self, mailer: FlaskMailMailer, mailbox: Mailbox) -> None:
        mailer.send(HELLO)
        assert mailbox.auth_mechanisms != []

    def test_rejected_credentials_raise_unavailable(self, server: Controller) -> None:
        with pytest.raises(Unavailable):
            mailer_of(server.port, password="wrong").send(HELLO)

    @pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
    def test_permanent_and_temporary_rejections_raise_different_errors(
        self, mailer: FlaskMailMailer, mailbox: Mailbox, step: str
    ) -> None:
        mailbox.replies = {step: "550 No such lantern"}
        with pytest.raises(MailRefused):
            mailer.send(HELLO)
        mailbox.replies = {step: "451 Come back later"}
        with pytest.raises(Unavailable):
            mailer.send(HELLO)
        mailbox.replies = {}
        mailer.send(HELLO)
        assert len(mailbox.raw) == 1

    def test_server_may_forward_an_email(self, mailer: FlaskMailMailer, mailbox: Mailbox) -> None:
        mailbox.replies = {"RCPT": "251 User not local; will forward"}
        mailer.send(HELLO)
        assert len(mailbox.raw) == 1

    def test_error_of_quit_does_not_send_the_email_twice(
        self, mailer: FlaskMailMailer, mailbox: Mailbox
    ) -> None:
        mailbox.replies = {"QUIT": "421 Go away"}
        mailer.send(HELLO)
        assert len(mailbox.raw) == 1

    def test_emails_share_a_connection_within_the_block_only(
        self, mailer: FlaskMailMailer, mailbox: Mailbox
    ) -> None:
        with mailer.shared_connection():
            for number in range(3):
                mailer.send(replace(HELLO, message_id=f"order-{number}"))
        assert (len(mailbox.raw), mailbox.greetings) == (3, 1)
        mailer.send(HELLO)
        mailer.send(HELLO)
        assert (len(mailbox.raw), mailbox.greetings) == (5, 3)

    def test_rejected_email_does_not_affect_the_next_on_a_shared_connection(
        self, mailer: FlaskMailMailer, mailbox: Mailbox
    ) -> None:
        with mailer.shared_connection():
            mailer.send(HELLO)
            for step in ("MAIL", "RCPT", "DATA"):
                mailbox.replies = {step: "550 No such lantern"}
                with pytest.raises(MailRefused):
                    mailer.send(replace(HELLO, message_id="order-8"))
                mailbox.replies = {}
                mailer.send(replace(HELLO, message_id=f"order-9-{step}"))
        sent = [parse_mail(raw).message_id for raw in mailbox.raw]
        assert sent == [HELLO.message_id, "order-9-MAIL", "order-9-RCPT", "order-9-DATA"]

    def test_shared_connection_that_was_closed_is_replaced(
        self, mailer: FlaskMailMailer, mailbox: Mailbox
    ) -> None:
        with mailer.shared_connection():
            mailer.send(HELLO)
            connection = mailer._shared.connection
            assert connection is not None
            assert connection.host is not None
            assert connection.host.sock is not None
            connection.host.sock.shutdown(socket.SHUT_RDWR)
            mailer.send(replace(HELLO, message_id="order-8"))
        assert (len(mailbox.raw), mailbox.greetings) == (2, 2)

    def test_line_break_in_header_raises(self, mailer: FlaskMailMailer, mailbox: Mailbox) -> None:
        for override in (
            {"to": "a@example.com\nBcc: b@example.com"},
            {"subject": "Hi\nBcc: b@x.y"},
        ):
            fields = {"message_id": "m", "to": HELLO.to, "subject": "s", "text": "t", "html": "h"}
            with pytest.raises(MailRefused):
                mailer.send(Mail(**(fields | override)))
        assert mailbox.raw == []

    def test_address_that_only_smtputf8_can_send_is_refused(
        self, mailer: FlaskMailMailer, mailbox: Mailbox
    ) -> None:
        with pytest.raises(MailRefused, match="ASCII"):
            mailer.send(replace(HELLO, to="zoë@shop.example"))
        mailer.send(replace(HELLO, to="zoe@läden.example"))
        assert len(mailbox.raw) == 1

    def test_nothing_is_sent_without_the_required_tls(
        self, server: Controller, mailbox: Mailbox
    ) -> None:
        with pytest.raises(Unavailable):
            mailer_of(server.port, use_tls=True).send(HELLO)
        assert mailbox.auth_mechanisms == []
        assert mailbox.raw == []


def test_commands_are_sent_at_once_to_a_server_that_supports_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        received = Queue[list[str]]()
        Thread(target=_answer_late, args=(listening, received), daemon=True).start()
        with pytest.raises(MailRefused):
            mailer_of(listening.getsockname()[1], password="").send(HELLO)
    assert received.get(timeout=60) == ["MAIL", "RCPT", "DATA"]


def _answer_late(listening: socket.socket, received: "Queue[list[str]]") -> None:
    """Answer no command before DATA, and then refuse the sender."""
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb", buffering=0) as stream:
        stream.write(b"220 late\r\n")
        stream.readline()
        stream.write(b"250-late\r\n250 PIPELINING\r\n")
        received.put([stream.readline()[:4].decode() for _ in range(3)])
        stream.write(b"550 No\r\n503 No\r\n503 No\r\n")


def test_silent_server_times_out() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        mailer = FlaskMailMailer(
            host="127.0.0.1",
            port=silent.getsockname()[1],
            use_tls=False,
            user=USER,
            password=PASSWORD,
            sender="shop@shop.example",
            timeout=0.2,
        )
        with pytest.raises(Unavailable):
            mailer.send(HELLO)


def test_certificates_are_verified_by_default() -> None:
    context = mailer_of(1)._tls
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
