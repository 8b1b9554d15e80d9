"""Options of a product, such as its sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    OptionValueNotFound,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OptionId, OptionValueId

MAX_OPTIONS = 5
MAX_OPTION_VALUES = 250
MAX_OPTION_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """A value of an option, such as “M”. Raises `InvalidValue` on the field `value`."""

    id: OptionValueId
    text: str

    def __post_init__(self) -> None:
        text = text_rules.required("value", self.text, max_length=MAX_OPTION_TEXT)
        object.__setattr__(self, "text", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductOption:
    """An option of a product, such as “Size”, and its values in the order in which they are shown.

    Raises `InvalidValue` on the field `name`, for an option without a value and for two values
    with the same id or text (letter case ignored), and `CatalogLimitReached` above
    `MAX_OPTION_VALUES`.
    """

    id: OptionId
    name: str
    values: tuple[OptionValue, ...]

    def __post_init__(self) -> None:
        name = text_rules.required("name", self.name, max_length=MAX_OPTION_TEXT)
        object.__setattr__(self, "name", name)
        if not self.values:
            raise InvalidValue("values", "An option has at least one value.")
        if len(self.values) > MAX_OPTION_VALUES:
            raise CatalogLimitReached("values of an option", MAX_OPTION_VALUES)
        texts = {value.text.casefold() for value in self.values}
        if min(len(texts), len({value.id for value in self.values})) < len(self.values):
            raise InvalidValue("values", f"Name each value of {name} once.")

    @classmethod
    def of_texts(cls, *, id: OptionId, name: str, texts: Sequence[str], ids: Sequence[int]) -> Self:
        """An option with one value for each text, with these ids."""
        values = (
            OptionValue(id=OptionValueId(value_id), text=text)
            for value_id, text in zip(ids, texts, strict=True)
        )
        return cls(id=id, name=name, values=tuple(values))

    def value(self, value_id: OptionValueId) -> OptionValue:
        """Raises `OptionValueNotFound`."""
        for value in self.values:
            if value.id == value_id:
                return value
        raise OptionValueNotFound

    def value_of_text(self, text: str) -> OptionValue | None:
        """The value with this text, letter case ignored."""
        key = text.strip().casefold()
        return next((value for value in self.values if value.text.casefold() == key), None)

    def with_value(self, value: OptionValue) -> Self:
        """The option with one more value, or with a new text of an existing value."""
        texts = {each.id: each for each in self.values} | {value.id: value}
        return replace(self, values=tuple(texts.values()))

    def without_value(self, value_id: OptionValueId) -> Self:
        """Raises `OptionValueNotFound`, and `InvalidValue` for the only value."""
        removed = self.value(value_id)
        return replace(self, values=tuple(each for each in self.values if each is not removed))
