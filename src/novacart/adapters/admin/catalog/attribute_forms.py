"""Forms of attributes of categories, and the fields of their values on products."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from novacart.adapters.admin.catalog.variant_matrix import option_texts
from novacart.adapters.admin.filters import parse_integer
from novacart.adapters.admin.forms import Conflict, StaffForm
from novacart.application.catalog.attribute_texts import read_value, write_value
from novacart.application.catalog.edit_attributes import ChoiceEdit
from novacart.application.catalog.queries import AttributeView, CatalogQueries
from novacart.domain.catalog.attribute_details import (
    MAX_ATTRIBUTE_NAME,
    MAX_ATTRIBUTE_TEXT,
    MAX_CODE,
    MAX_UNIT,
    AttributeType,
    AttributeValue,
    AttributeValues,
)
from novacart.domain.catalog.category_details import MAX_POSITION
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId

TYPE_LABELS: Final = {
    AttributeType.TEXT: "Text",
    AttributeType.NUMBER: "Number",
    AttributeType.CHOICE: "Choice",
    AttributeType.BOOLEAN: "Yes or no",
}
EDITED_FIELDS: Final = ("name", "unit", "position", "is_filterable")
"""Fields of `AttributeForm` and of `AttributeDetails`."""
# A value in the data of an event: quoted, or in older entries a text that may contain a bar.
_VALUE: Final = re.compile(r'([0-9]+): ("(?:[^"]|"")*"|.*?)(?: \| (?=[0-9]+: )|$)', re.DOTALL)
_BOOLEANS: Final = {"true": "Yes", "false": "No"}


class AttributeForm(StaffForm):
    """Edits an attribute. The page also has an input for each existing choice."""

    version = HiddenField()
    name = StringField("Name", [InputRequired(), Length(max=MAX_ATTRIBUTE_NAME)])
    unit = StringField(
        "Unit", [Length(max=MAX_UNIT)], description="Only of a number, such as kg or cm."
    )
    position = IntegerField(
        "Position",
        [InputRequired(), NumberRange(0, MAX_POSITION)],
        default=0,
        description="Attributes of a category are shown in ascending order.",
    )
    is_filterable = BooleanField("Customers can filter by it", default=True)
    choices = TextAreaField("New choices", description="One on each line.", render_kw={"rows": 4})

    def fields(self) -> dict[str, Any]:
        """The values by the name of the field in `AttributeDetails`, without the choices."""
        values = {
            "name": self.name.data or "",
            "position": self.position.data or 0,
            "is_filterable": bool(self.is_filterable.data),
        }
        return values | ({"unit": self.unit.data or None} if "unit" in self else {})

    @property
    def new_choices(self) -> list[ChoiceEdit]:
        return [ChoiceEdit(text=text) for text in option_texts(self.choices.data or "")]


class NewAttributeForm(AttributeForm):
    code = StringField(
        "Code",
        [Length(max=MAX_CODE)],
        description="Its name in the API and in files; it can't be changed later. If empty, it is"
        " generated from the name.",
    )
    type = SelectField(
        "Type",
        choices=[SelectChoice(kind.value, label) for kind, label in TYPE_LABELS.items()],
        description="It can't be changed later.",
    )
    choices = TextAreaField(
        "Choices",
        description="Only of the type Choice, one on each line.",
        render_kw={"rows": 4},
    )

    def fields(self) -> dict[str, Any]:
        new = {"code": self.code.data or "", "type": AttributeType(self.type.data)}
        return super().fields() | new


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """The inputs of an existing choice: its text, blank to remove it, and its position."""

    id: AttributeChoiceId
    text: str
    position: str


def choice_rows(attribute: AttributeView, form: Mapping[str, str]) -> list[ChoiceRow]:
    """A row for each choice, with the submitted texts if there are any."""
    return [
        ChoiceRow(
            id=choice.id,
            text=form.get(f"choice-{choice.id}", choice.text),
            position=form.get(f"position-{choice.id}", str(place)),
        )
        for place, choice in enumerate(attribute.details.choices, start=1)
    ]


def choice_edits(rows: Sequence[ChoiceRow]) -> list[ChoiceEdit]:
    """The choices that are kept, by their positions."""
    last = len(rows)
    ordered = sorted(
        rows, key=lambda row: last if (at := parse_integer(row.position)) is None else at
    )
    return [ChoiceEdit(id=row.id, text=row.text) for row in ordered if row.text.strip()]


def choice_conflicts(attribute: AttributeView, rows: Sequence[ChoiceRow]) -> list[Conflict]:
    """The choices whose saved texts differ from the submitted ones."""
    saved = {choice.id: choice.text for choice in attribute.details.choices}
    return [
        Conflict(label=f"Choice {place}", saved=saved[row.id], submitted=row.text)
        for place, row in enumerate(rows, start=1)
        if row.text != saved[row.id]
    ]


def value_fields(attributes: Sequence[AttributeView]) -> dict[str, Any]:
    """The fields of a form that edit the values of a product, by the name of their errors."""
    return {each.details.field: _value_field(each) for each in attributes}


def _value_field(attribute: AttributeView) -> Any:  # noqa: ANN401 (an unbound field)
    details = attribute.details
    if details.type is AttributeType.CHOICE:
        texts = {choice.text: choice.text for choice in details.choices}
        return _select(details.name, texts)
    if details.type is AttributeType.BOOLEAN:
        return _select(details.name, _BOOLEANS)
    if details.type is AttributeType.NUMBER:
        label = f"{details.name} ({details.unit})" if details.unit else details.name
        return StringField(label, render_kw={"inputmode": "decimal"})
    return StringField(details.name, [Length(max=MAX_ATTRIBUTE_TEXT)])


def _select(label: str, choices: Mapping[str, str]) -> SelectField:
    return SelectField(
        label,
        choices=[
            SelectChoice("", "None"),
            *(SelectChoice(value, text) for value, text in choices.items()),
        ],
    )


def value_data(attributes: Sequence[AttributeView], values: AttributeValues) -> dict[str, str]:
    """Initial data of `value_fields`."""
    of_product = dict(values)
    data = {}
    for each in attributes:
        value = of_product.get(each.id)
        shown = None if value is None else each.details.shown(value)
        data[each.details.field] = "" if shown is None else write_value(shown)
    return data


def submitted_values(attributes: Sequence[AttributeView], form: StaffForm) -> dict[str, object]:
    """The values by code, as `changed_values` accepts them. Raises `InvalidValue`.

    An attribute that the page did not have is left as it is.
    """
    values = {}
    for each in attributes:
        field = form[each.details.field]
        if field.raw_data:
            values[each.details.code] = read_value(each.details, field.data or "")
    return values


def shown_values(
    attributes: Sequence[AttributeView], values: AttributeValues
) -> list[tuple[str, str | None]]:
    """The name and the value of each attribute, None without a value."""
    of_product = dict(values)
    return [(each.details.name, _shown(each, of_product.get(each.id))) for each in attributes]


def named_values(queries: CatalogQueries, text: str) -> str:
    """The values of a product as its events carry them, with names for ids.

    An attribute or a choice that was removed keeps its id.
    """
    values = _VALUE.findall(text)
    ids = [number for key, _ in values if (number := parse_integer(key)) is not None]
    attributes = queries.attributes_by_id(map(AttributeId, ids))
    named = []
    for key, value in values:
        attribute = attributes.get(AttributeId(parse_integer(key) or 0))
        if attribute is None:
            named.append(f"{key}: {value}")
        else:
            is_text = attribute.details.type is AttributeType.TEXT
            shown = _shown(attribute, value if is_text else int(value))
            named.append(f"{attribute.details.name}: {shown or value}")
    return ", ".join(named)


def _shown(attribute: AttributeView, value: AttributeValue | None) -> str | None:
    details = attribute.details
    shown = None if value is None else details.shown(value)
    if shown is None:
        return None
    text = write_value(shown)
    if details.type is AttributeType.BOOLEAN:
        return _BOOLEANS[text]
    return f"{text} {details.unit}" if details.unit else text
