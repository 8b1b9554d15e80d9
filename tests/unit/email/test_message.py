"""Addresses in messages and on the envelope."""

import pytest

from novacart.adapters.email.message import bare_address, build_message
from novacart.application.ports.mailer import Mail, MailRefused
from tests.support.mail import parse_mail

MAIL = Mail(
    message_id="order-7", to="asha@bücher.example", subject="№ 7", text="Hello", html="<p>Hello</p>"
)


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("asha@example.com", "asha@example.com"),
        ("Lanterns <shop@Shop.example>", "shop@Shop.example"),
        ("Laternen für alle <shop@bücher.example>", "shop@xn--bcher-kva.example"),
    ],
)
def test_bare_address_is_ascii(address: str, bare: str) -> None:
    assert bare_address(address) == bare


@pytest.mark.parametrize("address", ["ashä@example.com", f"asha@{'ü' * 70}.example"])
def test_address_that_ascii_cannot_express_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        bare_address(address)


def test_name_of_the_sender_is_encoded() -> None:
    content = build_message(MAIL, sender="Laternen für alle <shop@bücher.example>")
    assert content.isascii()
    assert b"To: asha@xn--bcher-kva.example\r\n" in content
    assert b"From: =?utf-8?" in content
    assert parse_mail(content).subject == MAIL.subject
