"""Parsing of sent emails."""

from email import message_from_bytes, policy

from novacart.application.ports.mailer import Mail


def parse_mail(raw: bytes) -> Mail:
    """The email in these bytes, with its Message-ID without brackets and domain."""
    message = message_from_bytes(raw, policy=policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return Mail(
        message_id=message["Message-ID"].strip("<>").rpartition("@")[0],
        to=message["To"],
        subject=message["Subject"],
        text=text.get_content().replace("\r\n", "\n").rstrip("\n") + "\n",
        html=html.get_content().replace("\r\n", "\n").rstrip("\n"),
    )
