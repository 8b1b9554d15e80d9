"""The form in which staff edit the options of a product."""

from collections.abc import Sequence
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from novacart.adapters.admin.catalog.sorting import in_order, submitted_ids
from novacart.adapters.admin.catalog.variant_matrix import option_texts
from novacart.adapters.admin.filters import parse_integer
from novacart.application.back_office.catalog import ProductDetail
from novacart.application.catalog.edit_options import OptionEdit
from novacart.domain.shared.ids import OptionId, OptionValueId


class ValueRow(NamedTuple):
    """A value with the text in its input. A used one belongs to a variant, archived or not."""

    id: OptionValueId
    text: str
    is_used: bool


class OptionRow(NamedTuple):
    """An option with the texts in its inputs; `new` are new values, one on each line."""

    id: OptionId
    name: str
    values: Sequence[ValueRow]
    new: str


def option_rows(product: ProductDetail, form: MultiDict[str, str] | None) -> list[OptionRow]:
    """The options in their order, or as they are in a `form` that is not saved."""
    typed: MultiDict[str, str] = MultiDict() if form is None else form
    used = {value_id for variant in product.variants for value_id in variant.value_ids}
    return [
        OptionRow(
            option.id,
            typed.get(f"name-{option.id}", option.name),
            [
                ValueRow(value.id, typed.get(f"value-{value.id}", value.text), value.id in used)
                for value in in_order(option.values, submitted_ids(typed, f"values-{option.id}"))
            ],
            typed.get(f"new-{option.id}", ""),
        )
        for option in in_order(product.options, submitted_ids(typed, "option"))
    ]


def replaced_options(product: ProductDetail, form: MultiDict[str, str]) -> list[str]:
    """What is saved of the options and differs from the form."""
    rows, typed_rows = option_rows(product, None), option_rows(product, form)
    saved = {row.id: row for row in rows}
    replaced = []
    has_other_order = [*saved] != [row.id for row in typed_rows]
    for typed in typed_rows:
        row = saved[typed.id]
        if row.name != typed.name.strip():
            replaced.append(f"the option “{row.name}”")
        texts = {value.id: value.text for value in row.values}
        replaced += [
            f"the value “{texts[value.id]}”"
            for value in typed.values
            if texts[value.id] != value.text.strip()
        ]
        has_other_order |= [*texts] != [value.id for value in typed.values]
    return [*replaced, "the order"] if has_other_order else replaced


def option_edits(form: MultiDict[str, str]) -> list[OptionEdit]:
    """The options of a submitted form. `remove` is the id of a value to remove."""
    removed = parse_integer(form.get("remove", ""))
    return [
        OptionEdit(
            option_id=OptionId(option_id),
            name=form.get(f"name-{option_id}", ""),
            values=[
                *(
                    (OptionValueId(value_id), form.get(f"value-{value_id}", ""))
                    for value_id in submitted_ids(form, f"values-{option_id}")
                    if value_id != removed
                ),
                *((None, text) for text in option_texts(form.get(f"new-{option_id}", ""))),
            ],
        )
        for option_id in submitted_ids(form, "option")
    ]
