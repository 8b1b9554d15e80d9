"""Flask-Mail messages."""

from email.utils import parseaddr

from flask_mail import Message

from novacart.application.ports.mailer import Mail


def build_message(mail: Mail, *, sender: str) -> Message:
    """Build a message with both bodies. Its Message-ID ends in the sender's domain."""
    message = Message(
        subject=mail.subject,
        recipients=[mail.to],
        body=mail.text,
        html=mail.html,
        sender=sender,
        # RFC 3834: automatic responders do not reply to it.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = message_id(mail, sender=sender)
    return message


def message_id(mail: Mail, *, sender: str) -> str:
    """The full Message-ID (RFC 5322, section 3.6.4)."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{mail.message_id}@{domain}>"
