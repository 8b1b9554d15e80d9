"""Values of attributes as texts, in files and forms."""

from decimal import Decimal
from typing import Final

from novacart.application.written_numbers import (
    DEFAULT_STYLE,
    NumberStyle,
    UnclearNumber,
    read_number,
)
from novacart.domain.catalog.attribute_details import AttributeDetails, AttributeType
from novacart.domain.shared.errors import InvalidValue

COLUMN_PREFIX: Final = "attribute:"
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_value(
    details: AttributeDetails, written: object, style: NumberStyle = DEFAULT_STYLE
) -> object:
    """A value as `AttributeDetails.value_of` accepts it, None for a blank text.

    Raises `InvalidValue` on the field of the attribute for a number that is not clear.
    """
    if not isinstance(written, str):
        return written
    text = written.strip()
    if not text:
        return None
    if details.type is AttributeType.BOOLEAN:
        return _BOOLEANS.get(text.lower(), text)
    if details.type is not AttributeType.NUMBER:
        return text
    # 1.299 as `write_value` writes it is not 1299, unless the file may have decimal commas.
    own_places = 3 if style.likely == "." else 0
    try:
        return Decimal(read_number(text, style, decimal_places=own_places))
    except UnclearNumber as error:
        raise InvalidValue(details.field, f"{error}.") from error


def write_value(value: str | float | bool) -> str:  # noqa: FBT001 (a value)
    """The text that `read_value` reads."""
    return str(value).lower() if isinstance(value, bool) else str(value)
