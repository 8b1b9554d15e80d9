"""Details and values of attributes."""

from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.category_details import ensure_position
from novacart.domain.catalog.errors import CatalogLimitReached
from novacart.domain.catalog.events import EventData, joined, quoted
from novacart.domain.catalog.slugs import slugify
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId

MAX_ATTRIBUTE_NAME: Final = 100
MAX_CODE: Final = 50
MAX_UNIT: Final = 20
MAX_CHOICES: Final = 200
MAX_ATTRIBUTE_TEXT: Final = 255
# Attributes of a category with those above it. So no product has values of more.
MAX_ATTRIBUTES: Final = 50
MAX_NUMBER: Final = 1_000_000_000
# Numbers are kept as whole numbers of this part.
NUMBER_PARTS: Final = 10_000
_SMALLEST: Final = Decimal(1) / NUMBER_PARTS

# A text, a number in ten-thousandths, the id of a choice, or 1 and 0 for yes and no.
AttributeValue = str | int
AttributeValues = tuple[tuple[AttributeId, AttributeValue], ...]
"""The values of a product by rising id of the attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeCondition:
    """Which products match: those with one of `values`, or with a number within the bounds.

    Bounds are inclusive. Without values and bounds no product matches. Raises `InvalidValue` if the
    highest number is below the lowest one.
    """

    attribute_id: AttributeId
    values: tuple[AttributeValue, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    def __post_init__(self) -> None:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidValue("attributes", "The highest number is below the lowest one.")

    def __str__(self) -> str:
        """The condition in events, by the id of the attribute."""
        if self.has_bounds:
            low, high = ("" if each is None else each for each in (self.minimum, self.maximum))
            return f"{self.attribute_id}: {low}..{high}"
        return f"{self.attribute_id}: {', '.join(quoted(str(each), ',') for each in self.values)}"

    @property
    def has_bounds(self) -> bool:
        return self.minimum is not None or self.maximum is not None

    def matches(self, value: AttributeValue) -> bool:
        """Whether a product with the value matches."""
        if isinstance(value, str) or not self.has_bounds:
            return value in self.values
        is_above = self.minimum is None or value >= self.minimum
        return is_above and (self.maximum is None or value <= self.maximum)


class AttributeType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeChoice:
    """A value that products can have. Raises `InvalidValue` on the field `choices`."""

    id: AttributeChoiceId
    text: str

    def __post_init__(self) -> None:
        text = text_rules.required("choices", self.text, max_length=MAX_ATTRIBUTE_NAME)
        object.__setattr__(self, "text", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeDetails:
    """The fields of an attribute that staff edit, validated.

    `code` is the name in the API and in files; a blank one is generated from the name. `unit` is
    that of a number. `choices` are in the order in which they are shown. Customers filter by an
    attribute that is filterable. Attributes of a category are listed by rising `position`. Raises
    `InvalidValue` naming the field, and `CatalogLimitReached` above `MAX_CHOICES`.
    """

    name: str
    code: str = ""
    type: AttributeType = AttributeType.TEXT
    unit: str | None = None
    choices: tuple[AttributeChoice, ...] = ()
    is_filterable: bool = True
    position: int = 0

    def __post_init__(self) -> None:
        name = text_rules.required("name", self.name, max_length=MAX_ATTRIBUTE_NAME)
        object.__setattr__(self, "name", name)
        code = self.code or slugify(name)[:MAX_CODE].strip("-")
        object.__setattr__(self, "code", _valid_code(code))
        unit = text_rules.printable("unit", self.unit, max_length=MAX_UNIT) or None
        object.__setattr__(self, "unit", unit)
        if unit is not None and self.type is not AttributeType.NUMBER:
            raise InvalidValue("unit", "Only a number has a unit.")
        if self.choices and self.type is not AttributeType.CHOICE:
            raise InvalidValue("choices", "Only an attribute of the type choice has choices.")
        if not self.choices and self.type is AttributeType.CHOICE:
            raise InvalidValue("choices", "Name at least one choice.")
        if len(self.choices) > MAX_CHOICES:
            raise CatalogLimitReached("choices of an attribute", MAX_CHOICES)
        if len({each.text.casefold() for each in self.choices}) < len(self.choices):
            raise InvalidValue("choices", "Name each choice once.")
        ensure_position(self.position)

    def event_data(self) -> EventData:
        """The fields as events carry them; choices joined by " | "."""
        data: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        choices = joined(each.text for each in self.choices)
        return {**data, "type": self.type.value, "choices": choices}

    def value_of(self, given: object) -> AttributeValue:
        """The value of a text, a number, the text of a choice, or a boolean.

        Raises `InvalidValue` on the field `attributes.` and the code, also for another type.
        """
        if self.type is AttributeType.TEXT and isinstance(given, str):
            return text_rules.required(self.field, given, max_length=MAX_ATTRIBUTE_TEXT)
        if self.type is AttributeType.CHOICE and isinstance(given, str):
            return self._choice(given)
        if self.type is AttributeType.BOOLEAN and isinstance(given, bool):
            return int(given)
        if self.type is AttributeType.NUMBER and not isinstance(given, bool):
            if isinstance(given, float):
                given = Decimal(repr(given))
            if isinstance(given, int | Decimal):
                return self._number(Decimal(given))
        raise InvalidValue(self.field, _EXPECTED[self.type])

    def shown(self, value: AttributeValue) -> str | int | float | bool | None:
        """The value as `value_of` accepts it. None for a choice that does not exist."""
        if self.type is AttributeType.BOOLEAN:
            return bool(value)
        if self.type is AttributeType.CHOICE:
            return next((each.text for each in self.choices if each.id == value), None)
        if isinstance(value, str):
            return value
        whole, rest = divmod(value, NUMBER_PARTS)
        return value / NUMBER_PARTS if rest else whole

    @property
    def field(self) -> str:
        """The name of its value in errors."""
        return f"attributes.{self.code}"

    def _choice(self, text: str) -> AttributeChoiceId:
        key = text.strip().casefold()
        for choice in self.choices:
            if choice.text.casefold() == key:
                return choice.id
        raise InvalidValue(self.field, f"“{text.strip()[:MAX_ATTRIBUTE_NAME]}” is not a choice.")

    def _number(self, number: Decimal) -> int:
        # Comparisons are exact; arithmetic rounds to 28 digits, and raises for large exponents.
        if not number.is_finite() or not -MAX_NUMBER <= number <= MAX_NUMBER:
            raise InvalidValue(self.field, f"A number is from -{MAX_NUMBER} to {MAX_NUMBER}.")
        rounded = number.quantize(_SMALLEST)
        if rounded != number:
            raise InvalidValue(self.field, "A number has at most 4 decimal places.")
        return int(rounded * NUMBER_PARTS)


_EXPECTED: Final = {
    AttributeType.TEXT: "This must be a text.",
    AttributeType.NUMBER: "This must be a number.",
    AttributeType.CHOICE: "This must be the text of a choice.",
    AttributeType.BOOLEAN: "This must be true or false.",
}


def normal_values(values: AttributeValues) -> AttributeValues:
    """The values by rising id of the attribute. Raises `InvalidValue` for two of one attribute."""
    if len({each for each, _ in values}) < len(values):
        raise InvalidValue("attributes", "A product has one value for each attribute.")
    return tuple(sorted((AttributeId(each), value) for each, value in values))


def _valid_code(code: str) -> str:
    if not code or len(code) > MAX_CODE or slugify(code) != code:
        raise InvalidValue("code", "A code is lower-case letters and digits, joined by hyphens.")
    return code
