"""Conversion to Flask-Mail's messages."""

from email.utils import parseaddr

from flask_mail import Message

from novacart.application.ports.mailer import Mail


def message_of(mail: Mail, *, sender: str) -> Message:
    """Convert an e-mail. The Message-ID ends in the sender's domain."""
    message = Message(
        subject=mail.subject,
        recipients=[mail.to],
        body=mail.text,
        html=mail.html,
        sender=sender,
        # RFC 3834: prevents automatic replies.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = message_id(mail, sender=sender)
    return message


def message_id(mail: Mail, *, sender: str) -> str:
    """The complete Message-ID (RFC 5322, 3.6.4)."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{mail.message_id}@{domain}>"
