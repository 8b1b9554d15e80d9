"""Text that users write about themselves, made safe to show to others in emails."""

import re
from typing import Final

from novacart.domain.shared.joiners import joins_letters

# `//` as after a scheme, `www.`, an email address, or a host name followed by a path.
_LINK: Final = re.compile(
    r"\S*//\S*|\bwww\.\S*|\S+@\S+\.\S+|[^\s/]+\.[^\W\d_]{2,}/\S*", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"[<>]")
# A dot between two words. Mail programs turn `name.example` into a link.
_INNER_DOT: Final = re.compile(r"(?<=\w)\.(?=\w)")


def strip_links(text: str, *, max_length: int = 100) -> str:
    """Remove URLs and email addresses, and shorten the text to `max_length` characters.

    Host names without a path are kept, with a space after each dot, since names such as
    `A.B.Rao` have the same form.
    """
    kept = _INNER_DOT.sub(". ", _LINK.sub(" ", _BRACKETS.sub(" ", text)))
    shown = (
        each if each.isprintable() or joins_letters(kept, index) else " "
        for index, each in enumerate(kept)
    )
    kept = " ".join("".join(shown).split())
    return kept if len(kept) <= max_length else kept[: max_length - 1].rstrip() + "…"
