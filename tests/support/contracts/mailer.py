"""Contract of mailers."""

from collections.abc import Callable, Mapping

import pytest

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, Mailer

HELLO = Mail(
    message_id="order-7-placed",
    to="asha@example.com",
    subject="Your order № 7",
    text="Thank you, Asha.\n.75 m of ribbon\nhttps://shop.example/orders/7\n",
    html="<p>Thank you, <b>Asha</b>. ₹ 499.00</p>",
)


class MailerContract:
    """Subclasses provide `mailer`, `delivered` (emails by Message-ID) and `make_unavailable`."""

    def test_email_is_delivered_unchanged(
        self, mailer: Mailer, delivered: Callable[[], Mapping[str, Mail]]
    ) -> None:
        mailer.send(HELLO)
        assert delivered() == {HELLO.message_id: HELLO}

    def test_email_sent_twice_has_one_message_id(
        self, mailer: Mailer, delivered: Callable[[], Mapping[str, Mail]]
    ) -> None:
        mailer.send(HELLO)
        mailer.send(HELLO)
        assert set(delivered()) == {HELLO.message_id}

    def test_unavailable_mailer_raises(
        self, mailer: Mailer, make_unavailable: Callable[[], None]
    ) -> None:
        make_unavailable()
        with pytest.raises(Unavailable):
            mailer.send(HELLO)
