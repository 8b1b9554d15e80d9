"""Edit the options of a product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
class OptionsCommand:
    """The members of all commands of this module.

    `expected_version` is the product's version that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    expected_version: int | None = None


class _OptionsUseCase:
    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    @staticmethod
    def _load(work: UnitOfWork, command: OptionsCommand) -> Product:
        product = work.products.get_for_update(command.product_id)
        product.ensure_active()
        ensure_version(product.version, command.expected_version)
        return product


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptionCommand(OptionsCommand):
    """`values` are the texts of the option's values; `existing` is that of the present variants."""

    name: str
    values: Sequence[str]
    existing: str


class AddOption(_OptionsUseCase):
    """Add an option to a product and return its id.

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
class RenameOptionCommand(OptionsCommand):
    option_id: OptionId
    name: str


class RenameOption(_OptionsUseCase):
    """Rename an option. Orders keep the name that they were placed with.

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
class RemoveOptionCommand(OptionsCommand):
    option_id: OptionId


class RemoveOption(_OptionsUseCase):
    """Remove an option from a product and its variants.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and as `Product.remove_option`.
    """

    def __call__(self, command: RemoveOptionCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            product.remove_option(command.option_id, at=self._clock.now())
            work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptionValueCommand(OptionsCommand):
    option_id: OptionId
    text: str


class AddOptionValue(_OptionsUseCase):
    """Add a value to an option and return its id.

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
class RenameOptionValueCommand(OptionsCommand):
    option_id: OptionId
    value_id: OptionValueId
    text: str


class RenameOptionValue(_OptionsUseCase):
    """Change the text of a value. Orders keep the text that they were placed with.

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
class RemoveOptionValueCommand(OptionsCommand):
    option_id: OptionId
    value_id: OptionValueId


class RemoveOptionValue(_OptionsUseCase):
    """Remove a value that no variant has from an option.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and as
    `Product.remove_option_value`.
    """

    def __call__(self, command: RemoveOptionValueCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = self._load(work, command)
            product.remove_option_value(command.option_id, command.value_id, at=self._clock.now())
            work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEdit:
    """An option with its new name and all its values, in their new order.

    A value is its id, None for a new one, and its text. A value that is missing is removed.
    """

    option_id: OptionId
    name: str
    values: Sequence[tuple[OptionValueId | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOptionsCommand(OptionsCommand):
    """`options` are all options of the product, in their new order."""

    options: Sequence[OptionEdit]


class EditOptions(_OptionsUseCase):
    """Rename and sort options and values, add values and remove unused ones, all or none.

    Orders keep the texts that they were placed with. Raises `PermissionDenied`, `ProductNotFound`,
    `StaleVersion`, `OptionNotFound`, `OptionValueNotFound`, and as `Product.edit_options` and
    `ProductOption`.
    """

    def __call__(self, command: EditOptionsCommand) -> None:
        command.actor.require("products.write")
        if any(len(edit.values) > MAX_OPTION_VALUES for edit in command.options):
            raise CatalogLimitReached("values of an option", MAX_OPTION_VALUES)
        new = sum(value_id is None for edit in command.options for value_id, _ in edit.values)
        with self._begin() as work:
            product = self._load(work, command)
            new_ids = iter(work.ids.take(new) if new else ())
            options = [_edited(product, edit, new_ids) for edit in command.options]
            if product.edit_options(options, at=self._clock.now()):
                work.products.save(product)
            work.commit()


def _edited(product: Product, edit: OptionEdit, new_ids: Iterator[int]) -> ProductOption:
    option = product.option(edit.option_id)
    values = (
        OptionValue(
            id=OptionValueId(next(new_ids)) if value_id is None else option.value(value_id).id,
            text=text,
        )
        for value_id, text in edit.values
    )
    return replace(option, name=edit.name, values=tuple(values))
