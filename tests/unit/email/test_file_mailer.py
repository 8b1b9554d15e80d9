"""Emails written to a folder."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from novacart.adapters.email.file_mailer import FileMailer
from novacart.application.ports.mailer import Mail
from tests.support.contracts.mailer import HELLO, MailerContract
from tests.support.mail import parse_mail


class TestFileMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> FileMailer:
        return FileMailer(folder=tmp_path / "mail", sender="Lanterns <shop@shop.example>")

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], Mapping[str, Mail]]:
        def read() -> dict[str, Mail]:
            mails = [parse_mail(path.read_bytes()) for path in (tmp_path / "mail").iterdir()]
            return {mail.message_id: mail for mail in mails}

        return read

    @pytest.fixture
    def make_unavailable(self, tmp_path: Path) -> Callable[[], None]:
        def replace_folder_by_file() -> None:
            (tmp_path / "mail").write_text("a file instead of the folder")

        return replace_folder_by_file

    def test_log_names_the_file_and_no_link(self, mailer: FileMailer, tmp_path: Path) -> None:
        with capture_logs() as lines:
            mailer.send(HELLO)
        file = str(tmp_path / "mail" / "order-7-placed.eml")
        assert lines == [{"event": "mail_written", "file": file, "log_level": "info"}]

    def test_files_are_private(self, mailer: FileMailer, tmp_path: Path) -> None:
        mailer.send(HELLO)
        (path,) = (tmp_path / "mail").iterdir()
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0

    def test_headers_mark_automatic_email(self, mailer: FileMailer, tmp_path: Path) -> None:
        mailer.send(HELLO)
        (path,) = (tmp_path / "mail").iterdir()
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert message["From"] == "Lanterns <shop@shop.example>"
        assert message["Message-ID"] == "<order-7-placed@shop.example>"
        assert message["Auto-Submitted"] == "auto-generated"

    def test_line_break_in_subject_adds_no_header(self, mailer: FileMailer) -> None:
        with pytest.raises(HeaderParseError):
            mailer.send(replace(HELLO, subject="Your order\nBcc: other@shop.example"))

    @pytest.mark.parametrize("domain", ["shop.example", "läden.example"])
    def test_sender_may_have_other_letters(self, tmp_path: Path, domain: str) -> None:
        sender = f"Zoë’s Lantern Shop <shop@{domain}>"
        FileMailer(folder=tmp_path, sender=sender).send(HELLO)
        (path,) = tmp_path.iterdir()
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        in_dns = domain.encode("idna").decode()
        assert message["From"] == f"Zoë’s Lantern Shop <shop@{in_dns}>"
        assert message["Message-ID"].endswith(f"@{in_dns}>")

    def test_message_id_cannot_escape_the_folder(self, mailer: FileMailer, tmp_path: Path) -> None:
        mailer.send(
            Mail(message_id="../../up", to=HELLO.to, subject="Up", text="t", html="<p>t</p>")
        )
        assert [path.name for path in (tmp_path / "mail").iterdir()] == [".._.._up.eml"]

    def test_email_is_ascii_with_two_alternatives(self, mailer: FileMailer, tmp_path: Path) -> None:
        long_line = "₹1,24,100.00 " * 200
        mailer.send(
            Mail(
                message_id="order-8",
                to=HELLO.to,
                subject="₹ " * 60,
                text=f"{long_line}\n.\n",
                html=f"<p>{long_line}</p>",
            )
        )
        (path,) = (tmp_path / "mail").iterdir()
        raw = path.read_bytes()
        assert raw.isascii()
        assert max(len(line) for line in raw.splitlines()) <= 78
        message = message_from_bytes(raw, policy=policy.default)
        assert message.get_content_type() == "multipart/alternative"
        parts = [
            (part.get_content_type(), part["Content-Transfer-Encoding"])
            for part in message.iter_parts()
        ]
        assert parts == [("text/plain", "quoted-printable"), ("text/html", "quoted-printable")]
        assert parse_mail(raw).text.startswith(long_line)
