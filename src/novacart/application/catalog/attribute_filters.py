"""Conditions on attributes as clients write them: `colour:Red`, `weight:0.5..2`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from novacart.application.catalog.attribute_texts import write_value
from novacart.domain.catalog.attribute_details import (
    MAX_ATTRIBUTES,
    AttributeCondition,
    AttributeDetails,
    AttributeType,
    AttributeValue,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeId

_FIELD: Final = "attribute"
_RULE_FIELD: Final = "attributes"
_BOOLEANS: Final = {"true": True, "false": False}
# Of no attribute, so that no product matches.
_UNKNOWN: Final = AttributeId(0)
# Characters of a text that an error repeats.
_MAX_SHOWN: Final = 80


class DefinedAttribute(Protocol):
    """An attribute or its read model."""

    @property
    def id(self) -> AttributeId: ...

    @property
    def details(self) -> AttributeDetails: ...


def read_conditions(
    attributes: Sequence[DefinedAttribute], written: Sequence[str], *, field: str = _FIELD
) -> tuple[AttributeCondition, ...]:
    """The conditions of texts with a code and a value, or a code and bounds of a number.

    Products match any of the values of one attribute. An attribute or a value that does not exist
    matches no product. Raises `InvalidValue` on `field`.
    """
    try:
        # Unknown attributes have equal conditions; facets need different ones.
        return tuple(dict.fromkeys(_conditions(attributes, written)))
    except InvalidValue as error:
        raise InvalidValue(field, error.message) from error


def read_known_conditions(
    attributes: Sequence[DefinedAttribute], written: Sequence[str]
) -> tuple[AttributeCondition, ...]:
    """The same for a rule, on the field `attributes`.

    Raises `InvalidValue` also for an attribute or a value that does not exist, and above
    `MAX_ATTRIBUTES` texts.
    """
    if len(written) > MAX_ATTRIBUTES:
        raise InvalidValue(_RULE_FIELD, f"Name at most {MAX_ATTRIBUTES} values of attributes.")
    for text in written:
        [condition] = read_conditions(attributes, [text], field=_RULE_FIELD)
        if not condition.values and not condition.has_bounds:
            raise InvalidValue(
                _RULE_FIELD,
                f"“{text[:_MAX_SHOWN]}” is not a value of an attribute of the category.",
            )
    return read_conditions(attributes, written, field=_RULE_FIELD)


def write_conditions(
    attributes: Iterable[DefinedAttribute], conditions: Sequence[AttributeCondition]
) -> list[str]:
    """The texts that `read_conditions` reads. Attributes that do not exist are left out."""
    by_id = {each.id: each.details for each in attributes}
    return [
        f"{details.code}:{text}"
        for condition in conditions
        if (details := by_id.get(condition.attribute_id)) is not None
        for text in _texts(details, condition)
    ]


def _conditions(
    attributes: Sequence[DefinedAttribute], written: Sequence[str]
) -> Iterator[AttributeCondition]:
    by_code = {each.details.code: each for each in attributes}
    texts: dict[str, list[str]] = defaultdict(list)
    for each in written:
        code, colon, value = each.partition(":")
        if not colon:
            raise InvalidValue(_FIELD, "Write the code, a colon and the value: colour:Red.")
        texts[code.strip().lower()].append(value.strip())
    for code, values in texts.items():
        attribute = by_code.get(code)
        yield (
            AttributeCondition(attribute_id=_UNKNOWN)
            if attribute is None
            else _condition(attribute, values)
        )


def _texts(details: AttributeDetails, condition: AttributeCondition) -> Iterator[str]:
    def text(value: AttributeValue | None) -> str:
        shown = None if value is None else details.shown(value)
        return "" if shown is None else write_value(shown)

    if condition.has_bounds:
        yield f"{text(condition.minimum)}..{text(condition.maximum)}"
    else:
        yield from filter(None, map(text, condition.values))


def _condition(attribute: DefinedAttribute, texts: Sequence[str]) -> AttributeCondition:
    details = attribute.details
    if details.type is AttributeType.NUMBER and any(".." in text for text in texts):
        if len(texts) > 1:
            raise InvalidValue(_FIELD, "Write one pair of bounds for each attribute.")
        low, _, high = texts[0].partition("..")
        condition = AttributeCondition(
            attribute_id=attribute.id,
            minimum=_bound(details, low),
            maximum=_bound(details, high),
        )
        if not condition.has_bounds:
            raise InvalidValue(_FIELD, "Write the lowest number, the highest one, or both: 0.5..2.")
        return condition
    values = (_value(details, text) for text in texts)
    known = dict.fromkeys(value for value in values if value is not None)
    return AttributeCondition(attribute_id=attribute.id, values=tuple(known))


def _bound(details: AttributeDetails, text: str) -> int | None:
    return _number(details, text) if text.strip() else None


def _value(details: AttributeDetails, text: str) -> AttributeValue | None:
    if details.type is AttributeType.NUMBER:
        return _number(details, text)
    try:
        if details.type is AttributeType.BOOLEAN:
            return details.value_of(_BOOLEANS.get(text.lower()))
        return details.value_of(text)
    except InvalidValue:
        return None


def _number(details: AttributeDetails, text: str) -> int:
    try:
        return int(details.value_of(Decimal(text.strip())))
    except InvalidOperation as error:
        raise InvalidValue(_FIELD, f"“{text[:_MAX_SHOWN]}” is not a number.") from error
