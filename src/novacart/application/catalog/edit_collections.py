"""Add and edit collections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.attribute_filters import read_known_conditions
from novacart.application.catalog.policy import CatalogPolicy, ensure_category_exists
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    ensure_attributes_have_category,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CollectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCollectionCommand:
    """`attributes` are conditions of the rule as `read_conditions` reads them."""

    actor: Actor
    details: CollectionDetails
    attributes: Sequence[str] = ()


class AddCollection:
    """Add a collection and return its slug.

    Raises `PermissionDenied`, `SlugTaken`, and `InvalidValue` for an unknown category, attribute,
    value or product and for a price in another currency.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddCollectionCommand) -> str:
        command.actor.require("categories.write")
        with self._begin() as work:
            details = _checked(command.details, command.attributes, work, self._policy)
            [new_id] = work.ids.take()
            collection = Collection.create(
                id=CollectionId(new_id), details=details, at=self._clock.now()
            )
            work.collections.add(collection)
            work.commit()
        return collection.details.slug


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCollectionCommand:
    """`changes` are new values by the name of the field in `CollectionDetails`.

    `attributes` are conditions of a new rule as `read_conditions` reads them. `expected_version` is
    the version that the editor read; None skips the check.
    """

    actor: Actor
    slug: str
    changes: Mapping[str, Any]
    attributes: Sequence[str] = ()
    expected_version: int | None = None


class EditCollection:
    """Edit a collection and return its slug.

    Raises `CollectionNotFound`, `StaleVersion`, and as `AddCollection`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: EditCollectionCommand) -> str:
        command.actor.require("categories.write")
        with self._begin() as work:
            collection = work.collections.get_for_update(command.slug)
            ensure_version(collection.version, command.expected_version)
            details = replace(collection.details, **command.changes)
            details = _checked(details, command.attributes, work, self._policy)
            if collection.edit(details, at=self._clock.now()):
                work.collections.save(collection)
            work.commit()
        return collection.details.slug


def _checked(
    details: CollectionDetails, attributes: Sequence[str], work: UnitOfWork, policy: CatalogPolicy
) -> CollectionDetails:
    """The details with the conditions on attributes."""
    rule = details.rule
    if rule is not None:
        ensure_category_exists(rule.category_id, work.categories)
        ensure_attributes_have_category(attributes, rule.category_id)
        if attributes and rule.category_id is not None:
            known = work.attributes.of_category(rule.category_id)
            rule = replace(rule, attributes=read_known_conditions(known, attributes))
            details = replace(details, rule=rule)
        for price in (rule.min_price, rule.max_price):
            if price is not None:
                policy.ensure_currency(price.currency)
    existing = work.products.existing(details.product_ids)
    for product_id in details.product_ids:
        if product_id not in existing:
            raise InvalidValue("product_ids", f"There is no product {product_id}.")
    return details
