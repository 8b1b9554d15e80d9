"""Messages as they are sent (RFC 5322)."""

from binascii import b2a_qp
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from typing import Final

from novacart.application.ports.mailer import Mail, MailRefused

# RFC 2045, section 6.7: a quoted-printable body cannot contain "=_".
_BOUNDARY: Final = "=_alternative"


def build_message(mail: Mail, *, sender: str) -> bytes:
    """Build a message with both bodies, in ASCII. Its Message-ID ends in the sender's domain.

    Raises `MailRefused` for a line break in the subject or an address, and as `bare_address`.
    `email.message.EmailMessage` takes 1.5 ms for the same bytes, which is a third of the time of an
    event that sends an email.
    """
    if any(line_break in text for text in (sender, mail.to, mail.subject) for line_break in "\r\n"):
        raise MailRefused("The message has a line break in a header.")
    domain = bare_address(sender).rpartition("@")[2] or "localhost"
    headers = {
        # Encodes and folds.
        "Subject": Header(mail.subject, header_name="Subject").encode(),
        "From": _address(sender),
        "To": _address(mail.to),
        "Date": formatdate(usegmt=True),
        "Message-ID": f"<{mail.message_id}@{domain}>",
        # RFC 3834: automatic responders do not reply to it.
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{_BOUNDARY}"',
    }
    head = "".join(f"{name}: {value}\n" for name, value in headers.items()).encode("ascii")
    parts = (_part("plain", mail.text), _part("html", mail.html))
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


def _address(address: str) -> str:
    """The address as a header has it, with an encoded name."""
    return formataddr((parseaddr(address)[0], bare_address(address)))


def bare_address(address: str) -> str:
    """The address without a name, and its domain in ASCII.

    Raises `MailRefused` for other characters before the @, which need SMTPUTF8 (RFC 6531).
    """
    local, at, domain = parseaddr(address)[1].rpartition("@")
    try:
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
        bare = f"{local}{at}{domain}"
        bare.encode("ascii")
    except UnicodeError as error:
        raise MailRefused("An address has a character that ASCII does not have.") from error
    return bare
