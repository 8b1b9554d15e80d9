"""Flask-Mail messages."""

from email import policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Final

from flask_mail import Message, sanitize_address

from novacart.application.ports.mailer import Mail

# RFC 2045, section 6.7: an encoded line has at most 76 characters.
_POLICY: Final = policy.SMTP.clone(max_line_length=76)


class _AsciiMessage(Message):
    """Flask-Mail's message as `multipart/alternative` with quoted-printable bodies.

    Flask-Mail wraps the alternatives in a `multipart/mixed` and sends 8-bit bodies, which a
    server without 8BITMIME (RFC 6152) need not accept.
    """

    def as_string(self) -> str:
        return self.as_bytes().decode("ascii")

    def as_bytes(self) -> bytes:
        message = EmailMessage(policy=_POLICY)
        message["Subject"] = self.subject
        message["From"] = sanitize_address(self.sender)
        message["To"] = ", ".join(sanitize_address(each) for each in self.recipients)
        message["Date"] = formatdate(self.date, usegmt=True)
        message["Message-ID"] = self.msgId
        for name, value in (self.extra_headers or {}).items():
            message[name] = value
        message.set_content(self.body, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        return message.as_bytes()


def build_message(mail: Mail, *, sender: str) -> Message:
    """Build a message with both bodies. Its Message-ID ends in the sender's domain."""
    message = _AsciiMessage(
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
