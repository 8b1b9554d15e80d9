"""The mailer of a shop without e-mail."""

from structlog.testing import capture_logs

from novacart.adapters.email.null_mailer import NullMailer
from tests.support.contracts.mailer import HELLO


def test_discarded_mail_is_logged_without_its_content() -> None:
    with capture_logs() as lines:
        NullMailer().send(HELLO)
    assert lines == [
        {"event": "mail_discarded", "message_id": HELLO.message_id, "log_level": "info"}
    ]
