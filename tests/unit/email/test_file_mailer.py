"""Mail into a folder."""

from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from novacart.adapters.email.file_mailer import FileMailer
from novacart.application.ports.mailer import Mail
from tests.support.contracts.mailer import HELLO, MailerContract
from tests.support.mail import mail_in


class TestFileMailer(MailerContract):
    @pytest.fixture
    def mailer(self, tmp_path: Path) -> FileMailer:
        return FileMailer(folder=tmp_path / "mail", sender="Lanterns <shop@shop.example>")

    @pytest.fixture
    def arrived(self, tmp_path: Path) -> Callable[[], Mapping[str, Mail]]:
        def read() -> dict[str, Mail]:
            mails = [mail_in(path.read_bytes()) for path in (tmp_path / "mail").iterdir()]
            return {mail.message_id: mail for mail in mails}

        return read

    @pytest.fixture
    def break_down(self, tmp_path: Path) -> Callable[[], None]:
        def put_a_file_there() -> None:
            (tmp_path / "mail").write_text("a file where the folder should be")

        return put_a_file_there

    def test_the_first_link_is_in_the_log(self, mailer: FileMailer, tmp_path: Path) -> None:
        with capture_logs() as lines:
            mailer.send(HELLO)
        assert lines[0]["link"] == "https://shop.example/orders/7"
        assert lines[0]["file"] == str(tmp_path / "mail" / "order-7-placed.eml")

    def test_the_headers_are_those_of_an_automatic_mail(
        self, mailer: FileMailer, tmp_path: Path
    ) -> None:
        mailer.send(HELLO)
        (path,) = (tmp_path / "mail").iterdir()
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert message["From"] == "Lanterns <shop@shop.example>"
        assert message["Message-ID"] == "<order-7-placed@shop.example>"
        assert message["Auto-Submitted"] == "auto-generated"

    def test_a_name_never_leads_out_of_the_folder(self, mailer: FileMailer, tmp_path: Path) -> None:
        mailer.send(
            Mail(message_id="../../up", to=HELLO.to, subject="Up", text="t", html="<p>t</p>")
        )
        assert [path.name for path in (tmp_path / "mail").iterdir()] == [".._.._up.eml"]
