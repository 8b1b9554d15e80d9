"""Flask-Mail messages."""

from binascii import b2a_qp
from email.header import Header
from email.utils import formatdate, parseaddr
from functools import lru_cache
from typing import Final

from flask_mail import Message, sanitize_address

from novacart.application.ports.mailer import Mail

# RFC 2045, section 6.7: a quoted-printable body cannot contain "=_".
_BOUNDARY: Final = "=_alternative"

# All e-mails have the same sender.
_sanitized: Final = lru_cache(maxsize=16)(sanitize_address)


class _AsciiMessage(Message):
    """Flask-Mail's message as `multipart/alternative` with quoted-printable bodies.

    Flask-Mail wraps the alternatives in a `multipart/mixed` and sends 8-bit bodies, which a
    server without 8BITMIME (RFC 6152) need not accept. `email.message.EmailMessage` takes 1.5 ms
    for the same bytes, which is a third of the time of an event that sends an email.
    """

    def as_string(self) -> str:
        return self.as_bytes().decode("ascii")

    def as_bytes(self) -> bytes:
        headers = {
            # Encodes and folds; raises `HeaderParseError` if the text contains another header.
            "Subject": Header(self.subject, header_name="Subject").encode(),
            "From": _sanitized(self.sender),
            "To": ", ".join(_sanitized(each) for each in self.recipients),
            "Date": formatdate(self.date, usegmt=True),
            "Message-ID": self.msgId,
            **(self.extra_headers or {}),
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{_BOUNDARY}"',
        }
        head = "".join(f"{name}: {value}\n" for name, value in headers.items()).encode("ascii")
        parts = (_part("plain", self.body or ""), _part("html", self.html or ""))
        lines = b"\n".join([head, *parts, f"--{_BOUNDARY}--\n".encode()])
        return lines.replace(b"\n", b"\r\n")


def _part(subtype: str, text: str) -> bytes:
    head = (
        f"--{_BOUNDARY}\n"
        f"Content-Type: text/{subtype}; charset=utf-8\n"
        "Content-Transfer-Encoding: quoted-printable\n\n"
    )
    body = "\n".join(text.splitlines()).encode()
    return head.encode() + b2a_qp(body)


def build_message(mail: Mail, *, sender: str) -> Message:
    """Build a message with both bodies. Its Message-ID ends in the sender's domain."""
    message = _AsciiMessage(
        subject=mail.subject,
        # A tuple, since Flask-Mail parses a string each time it encodes it.
        recipients=[("", mail.to)],
        body=mail.text,
        html=mail.html,
        sender=sender,
        # RFC 3834: automatic responders do not reply to it.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = message_id(mail, sender=sender)
    return message


def message_id(mail: Mail, *, sender: str) -> str:
    """The full Message-ID (RFC 5322, section 3.6.4), with the domain as DNS has it."""
    return f"<{mail.message_id}@{_domain(sender)}>"


@lru_cache(maxsize=16)
def _domain(sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return domain.encode("idna").decode()
