"""Edit the options of a product."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.errors import CatalogLimitReached
from novacart.domain.catalog.options import (
    MAX_OPTION_VALUES,
    OptionValue,
    ProductOption,
)
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOptionsCommand:
    """The members of all commands of this module.

    `expected_version` is the product's version that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    expected_version: int | None = None


class _EditOptions:
    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    @staticmethod
    def _load(work: UnitOfWork, command: EditOptionsCommand) -> Product:
        product = work.products.get_for_update(command.product_id)
        product.ensure_active()
        ensure_version(product.version, command.expected_version)
        return product


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptionCommand(EditOptionsCommand):
    """`values` are the texts of the option's values; `existing` is that of the present variants."""

    name: str
    values: Sequence[str]
    existing: str


class AddOption(_EditOptions):
    """Returns the id of the new option.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and as `Product.add_option` and
    `ProductOption`.
    """

    def __call__(self, command: AddOptionCommand) -> OptionId:
        command.actor.require("products.write")
        if len(command.values) > MAX_OPTION_VALUES:
            raise CatalogLimitReached("values of an option", MAX_OPTION_VALUES)
        with self._begin() as work:
            product = self._load(work, command)
            option_id, *value_ids = work.ids.take(1 + len(command.values))
            option = ProductOption.of_texts(
                id=OptionId(option_id), name=command.name, texts=command.values, ids=value_ids
            )
            product.add_option(option, existing=command.existing, at=self._clock.now())
            work.products.save(product)
            work.commit()
        return option.id


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameOptionCommand(EditOptionsCommand):
    option_id: OptionId
    name: str


class RenameOption(_EditOptions):
    """Orders keep the name that they were placed with.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and as `Product.rename_option`.
    """

    def __call__(self, command: RenameOptionCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            if product.rename_option(command.option_id, command.name, at=self._clock.now()):
                work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOptionCommand(EditOptionsCommand):
    option_id: OptionId


class RemoveOption(_EditOptions):
    """Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`.

    Also raises as `Product.remove_option`.
    """

    def __call__(self, command: RemoveOptionCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            product.remove_option(command.option_id, at=self._clock.now())
            work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptionValueCommand(EditOptionsCommand):
    option_id: OptionId
    text: str


class AddOptionValue(_EditOptions):
    """Returns the id of the new value.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and as
    `Product.put_option_value`.
    """

    def __call__(self, command: AddOptionValueCommand) -> OptionValueId:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            [new_id] = work.ids.take()
            value = OptionValue(id=OptionValueId(new_id), text=command.text)
            product.put_option_value(command.option_id, value, at=self._clock.now())
            work.products.save(product)
            work.commit()
        return value.id


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameOptionValueCommand(EditOptionsCommand):
    option_id: OptionId
    value_id: OptionValueId
    text: str


class RenameOptionValue(_EditOptions):
    """Orders keep the text that they were placed with.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, `OptionValueNotFound`, and as
    `Product.put_option_value`.
    """

    def __call__(self, command: RenameOptionValueCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            product.option(command.option_id).value(command.value_id)
            value = OptionValue(id=command.value_id, text=command.text)
            if product.put_option_value(command.option_id, value, at=self._clock.now()):
                work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOptionValueCommand(EditOptionsCommand):
    option_id: OptionId
    value_id: OptionValueId


class RemoveOptionValue(_EditOptions):
    """Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`.

    Also raises as `Product.remove_option_value`.
    """

    def __call__(self, command: RemoveOptionValueCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            product.remove_option_value(command.option_id, command.value_id, at=self._clock.now())
            work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeOptionValuesCommand(EditOptionsCommand):
    """`value_ids` are all values of the option, in their new order."""

    option_id: OptionId
    value_ids: Sequence[OptionValueId]


class ArrangeOptionValues(_EditOptions):
    """Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`.

    Also raises as `Product.arrange_option_values`.
    """

    def __call__(self, command: ArrangeOptionValuesCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            if product.arrange_option_values(
                command.option_id, command.value_ids, at=self._clock.now()
            ):
                work.products.save(product)
            work.commit()
