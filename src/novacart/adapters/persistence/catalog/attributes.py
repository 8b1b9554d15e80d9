"""Repository of attributes, and their rows as read models."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Select,
    String,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from novacart.adapters.persistence.catalog.categories import TREE_LOCK
from novacart.adapters.persistence.catalog.tables import (
    attribute_counts,
    attributes,
    categories,
    product_attributes,
)
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import (
    AttributeChoice,
    AttributeDetails,
    AttributeType,
)
from novacart.domain.catalog.errors import AttributeNotFound
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId, ProductId

_DETAILS: Final = [
    field.name for field in fields(AttributeDetails) if field.name not in {"type", "choices"}
]
_COLUMNS: Final = attributes.c.keys()
_UPDATE: Final = (
    update(attributes)
    .where(attributes.c.id == bindparam("_id"), attributes.c.version == bindparam("_version"))
    .values(version=attributes.c.version + 1)
)


def of_branch(category_id: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 (an id or an expression)
    """Select the attributes of a category and of those above it, these first, in their order."""
    below = categories.alias("below")
    own_path = literal("/").concat(below.c.path)
    above = literal("/").concat(cast(attributes.c.category_id, String)).concat("/")
    return (
        select(*attributes.c)
        .join_from(attributes, categories, categories.c.id == attributes.c.category_id)
        .join(below, below.c.id == category_id)
        .where((attributes.c.category_id == below.c.id) | own_path.contains(above))
        # A path is longer than that of the category above.
        .order_by(func.length(categories.c.path), attributes.c.position, attributes.c.id)
    )


class SqlAttributes:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def of_category(self, category_id: CategoryId) -> Sequence[Attribute]:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock_shared(TREE_LOCK)))
        rows = self._connection.execute(of_branch(category_id))
        return [to_attribute(row) for row in rows]

    def all(self) -> Sequence[Attribute]:
        rows = self._connection.execute(select(attributes).order_by(attributes.c.id))
        return [to_attribute(row) for row in rows]

    def get_for_update(self, attribute_id: AttributeId) -> Attribute:
        row = self._connection.execute(
            select(attributes).where(attributes.c.id == attribute_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise AttributeNotFound
        return to_attribute(row)

    def used(
        self,
        attribute_ids: Collection[AttributeId],
        category_ids: Collection[CategoryId] | None = None,
    ) -> tuple[AttributeId, ProductId] | None:
        values = product_attributes.c
        statement = select(values.attribute_id, values.product_id).where(
            values.attribute_id.in_(attribute_ids)
        )
        if category_ids is not None:
            statement = statement.where(values.category_id.in_(category_ids))
        row = self._connection.execute(statement.limit(1)).one_or_none()
        return None if row is None else (AttributeId(row[0]), ProductId(row[1]))

    def used_choice(
        self, attribute_id: AttributeId, choice_ids: Collection[AttributeChoiceId]
    ) -> tuple[AttributeChoiceId, ProductId] | None:
        values = product_attributes.c
        row = self._connection.execute(
            select(values.number, values.product_id)
            .where(
                values.attribute_id == attribute_id,
                values.text == "",
                values.number.in_(choice_ids),
            )
            .limit(1)
        ).one_or_none()
        return None if row is None else (AttributeChoiceId(row[0]), ProductId(row[1]))

    def add(self, attribute: Attribute) -> None:
        row = {**_from_attribute(attribute), "version": attribute.version + 1}
        self._connection.execute(insert(attributes), row)
        attribute.version += 1
        self._saved(attribute)

    def save(self, attribute: Attribute) -> None:
        row = _from_attribute(attribute)
        key = {"_id": row.pop("id"), "_version": attribute.version}
        if self._connection.execute(_UPDATE.values(**row), key).rowcount != 1:
            raise ConcurrentChange
        attribute.version += 1
        self._saved(attribute)

    def delete(self, attribute: Attribute) -> None:
        # Counts of products that had a value.
        for table, column in (
            (attribute_counts, attribute_counts.c.attribute_id),
            (attributes, attributes.c.id),
        ):
            self._connection.execute(delete(table).where(column == attribute.id))
        self._saved(attribute)


def to_attribute(row: Sequence[Any]) -> Attribute:
    """The attribute of a row with all columns of `attributes`."""
    values = dict(zip(_COLUMNS, row, strict=True))
    return Attribute(
        id=AttributeId(values["id"]),
        category_id=CategoryId(values["category_id"]),
        details=AttributeDetails(
            **{name: values[name] for name in _DETAILS},
            type=AttributeType(values["type"]),
            choices=to_choices(values["choices"]),
        ),
        version=values["version"],
    )


def to_choices(choices: Iterable[tuple[int, str]]) -> tuple[AttributeChoice, ...]:
    """The choices of a row of `attributes`."""
    return tuple(
        AttributeChoice(id=AttributeChoiceId(choice_id), text=text) for choice_id, text in choices
    )


def _from_attribute(attribute: Attribute) -> dict[str, Any]:
    """All columns of `attributes` except the version."""
    details = attribute.details
    return {
        "id": attribute.id,
        "category_id": attribute.category_id,
        **{name: getattr(details, name) for name in _DETAILS},
        "type": details.type.value,
        "choices": [[each.id, each.text] for each in details.choices],
    }
