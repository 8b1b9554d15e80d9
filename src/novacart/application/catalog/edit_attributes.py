"""Add, edit and remove the attributes of a category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import AttributeChoice, AttributeDetails
from novacart.domain.catalog.category_attributes import CategoryAttributes
from novacart.domain.catalog.errors import AttributeChoiceInUse, AttributeInUse, AttributeNotFound
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId, ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceEdit:
    """A choice as staff edit it. `id` is None for a new one."""

    text: str
    id: AttributeChoiceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAttributeCommand:
    """`fields` are values by the name of the field in `AttributeDetails`, without the choices."""

    actor: Actor
    category_id: CategoryId
    fields: Mapping[str, Any]
    choices: Sequence[ChoiceEdit] = ()


class AddAttribute:
    """Add an attribute to a category and return its id.

    Raises `PermissionDenied`, `CategoryNotFound`, `InvalidValue`, `AttributeCodeTaken` and
    `CatalogLimitReached`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddAttributeCommand) -> AttributeId:
        command.actor.require("categories.write")
        with self._begin() as work:
            tree = work.categories.lock_tree()
            work.categories.get(command.category_id)
            choices = _choices(work, (), command.choices)
            [new_id] = work.ids.take()
            attribute = Attribute.create(
                id=AttributeId(new_id),
                category_id=command.category_id,
                details=AttributeDetails(**command.fields, choices=choices),
                at=self._clock.now(),
            )
            CategoryAttributes(tree, work.attributes.all()).ensure_can_be_added(attribute)
            work.attributes.add(attribute)
            work.commit()
        return attribute.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAttributeCommand:
    """`changes` are new values by the name of the field in `AttributeDetails`.

    `choices` are all choices in their order, None to leave them as they are. `expected_version` is
    the version that the editor read; None skips the check. `category_id` is that of the attribute.
    """

    actor: Actor
    category_id: CategoryId
    attribute_id: AttributeId
    changes: Mapping[str, Any] = field(default_factory=dict)
    choices: Sequence[ChoiceEdit] | None = None
    expected_version: int | None = None


class EditAttribute:
    """Edit an attribute of a category.

    Raises `PermissionDenied`, `AttributeNotFound`, `StaleVersion`, `InvalidValue`,
    `CatalogLimitReached` for too many choices, `AttributeInUse` for another unit if a product has a
    value, and `AttributeChoiceInUse` if a product has a choice that is left out, or the rule of a
    collection names it.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EditAttributeCommand) -> None:
        command.actor.require("categories.write")
        with self._begin() as work:
            attribute = _locked(work, command.category_id, command.attribute_id)
            ensure_version(attribute.version, command.expected_version)
            changes = dict(command.changes)
            if command.choices is not None:
                changes["choices"] = _choices(work, attribute.details.choices, command.choices)
            details = replace(attribute.details, **changes)
            _ensure_values_stay_valid(work, attribute, details)
            if attribute.edit(details, at=self._clock.now()):
                work.attributes.save(attribute)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAttributeCommand:
    """See `EditAttributeCommand`."""

    actor: Actor
    category_id: CategoryId
    attribute_id: AttributeId
    expected_version: int | None = None


class RemoveAttribute:
    """Remove an attribute that no product has and no rule of a collection names.

    Raises `PermissionDenied`, `AttributeNotFound`, `StaleVersion` and `AttributeInUse`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RemoveAttributeCommand) -> None:
        command.actor.require("categories.write")
        with self._begin() as work:
            attribute = _locked(work, command.category_id, command.attribute_id)
            ensure_version(attribute.version, command.expected_version)
            product_id = _product_with_value(work, attribute)
            if product_id is not None:
                raise AttributeInUse.by_product(attribute.details.name, product_id)
            collection = work.collections.named_in_rule(attribute.id)
            if collection is not None:
                raise AttributeInUse.by_rule(attribute.details.name, collection)
            attribute.remove(at=self._clock.now())
            work.attributes.delete(attribute)
            work.commit()


def _locked(work: UnitOfWork, category_id: CategoryId, attribute_id: AttributeId) -> Attribute:
    work.categories.lock_tree()
    attribute = work.attributes.get_for_update(attribute_id)
    if attribute.category_id != category_id:
        raise AttributeNotFound
    return attribute


def _ensure_values_stay_valid(
    work: UnitOfWork, attribute: Attribute, details: AttributeDetails
) -> None:
    """Check the values of products and rules against new details.

    Raises `AttributeInUse` for another unit, and `AttributeChoiceInUse` for a choice that is left
    out.
    """
    if attribute.loses_unit(details):
        product_id = _product_with_value(work, attribute)
        if product_id is not None:
            raise AttributeInUse.by_unit(attribute.details.name, product_id)
    removed = {each.id: each.text for each in attribute.removed_choices(details)}
    used = work.attributes.used_choice(attribute.id, removed) if removed else None
    if used is not None:
        choice_id, product_id = used
        raise AttributeChoiceInUse.by_product(removed[choice_id], product_id)
    for choice_id, text in removed.items():
        collection = work.collections.named_in_rule(attribute.id, choice_id)
        if collection is not None:
            raise AttributeChoiceInUse.by_rule(text, collection)


def _product_with_value(work: UnitOfWork, attribute: Attribute) -> ProductId | None:
    """A product that has a value of the attribute; None if there is none."""
    used = work.attributes.used([attribute.id])
    return None if used is None else used[1]


def _choices(
    work: UnitOfWork, present: Sequence[AttributeChoice], edits: Sequence[ChoiceEdit]
) -> tuple[AttributeChoice, ...]:
    """The choices after an edit.

    One without id keeps the id of a present one with its text, unless another edit renames that.
    """
    known = {each.id for each in present}
    named = {each.id for each in edits if each.id is not None}
    for unknown in sorted(named - known):
        raise InvalidValue("choices", f"There is no choice {unknown}.")
    ids = {each.text.casefold(): each.id for each in present if each.id not in named}
    new = work.ids.take(len(edits)) if edits else []
    choices = []
    for edit, new_id in zip(edits, new, strict=True):
        same_text = ids.get(edit.text.strip().casefold())
        choice_id = edit.id or same_text or AttributeChoiceId(new_id)
        choices.append(AttributeChoice(id=choice_id, text=edit.text))
    if len({each.id for each in choices}) < len(choices):
        raise InvalidValue("choices", "Name each choice once.")
    return tuple(choices)
