"""What every mailer promises."""

from collections.abc import Callable, Mapping

import pytest

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, Mailer

HELLO = Mail(
    message_id="order-7-placed",
    to="asha@example.com",
    subject="Your order № 7",
    text="Thank you, Asha.\nhttps://shop.example/orders/7\n",
    html="<p>Thank you, <b>Asha</b>. ₹ 499.00</p>",
)


class MailerContract:
    """Subclasses give `mailer`; `arrived`, mails by their local Message-ID; and `break_down`."""

    def test_a_mail_arrives_whole(
        self, mailer: Mailer, arrived: Callable[[], Mapping[str, Mail]]
    ) -> None:
        mailer.send(HELLO)
        assert arrived() == {HELLO.message_id: HELLO}

    def test_sent_again_it_is_the_same_message(
        self, mailer: Mailer, arrived: Callable[[], Mapping[str, Mail]]
    ) -> None:
        mailer.send(HELLO)
        mailer.send(HELLO)
        assert set(arrived()) == {HELLO.message_id}

    def test_a_mailer_that_is_down_says_so(
        self, mailer: Mailer, break_down: Callable[[], None]
    ) -> None:
        break_down()
        with pytest.raises(Unavailable):
            mailer.send(HELLO)
