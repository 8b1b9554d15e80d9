"""Races between customers and editors of variants."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from threading import Barrier, Event

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import PRICE_HISTORY
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.price_rows import PriceChange, PriceRows
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.catalog.add_variants import AddVariant, AddVariantCommand
from novacart.application.catalog.adjust_stock import AdjustStock, AdjustStockCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariant,
    ArchiveVariantCommand,
    RestoreVariant,
    RestoreVariantCommand,
)
from novacart.application.catalog.edit_variants import (
    EditVariants,
    EditVariantsCommand,
    VariantEdit,
)
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.set_default_variant import (
    SetDefaultVariant,
    SetDefaultVariantCommand,
)
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.catalog.errors import (
    DuplicateCombination,
    OutOfStock,
    StaleVersion,
    VariantNotArchived,
    VariantNotFound,
)
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, UserId, VariantId
from novacart.domain.shared.money import Money
from tests.integration.concurrency.conftest import NEGATIVE_CONTROL
from tests.support.builders.catalog import (
    NOON,
    a_claim,
    a_product,
    a_variant,
    add_product,
    an_option,
    details,
    variant_details,
)
from tests.support.clock import SetClock
from tests.support.query_counter import counted_statements
from tests.support.races import assert_stock_matches_ledger, errors_of, run_concurrently

SHIRT = ProductId(41)
SMALL, MEDIUM, LARGE = VariantId(41), VariantId(51), VariantId(52)
SIZE = an_option(100, "Size", "S", "M", "L", "XL")
BUYERS, UNITS = 50, 4
POLICY = CatalogPolicy(currency="INR")
CLOCK = SetClock(NOON)


@pytest.fixture
def begin(database: Database, request: pytest.FixtureRequest) -> Iterator[SqlUnitOfWorkFactory]:
    """A shirt in S, M and L with four units each."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    shirt = a_product(SHIRT, details(title="Shirt"))
    shirt.add_option(SIZE, existing="S", at=NOON)
    shirt.add_variants([a_variant(MEDIUM, values_of(1)), a_variant(LARGE, values_of(2))], at=NOON)
    add_product(begin, shirt, UNITS)
    yield begin
    if NEGATIVE_CONTROL not in request.node.name:
        assert_stock_matches_ledger(database)


def values_of(number: int) -> dict[OptionId, OptionValueId]:
    return {SIZE.id: SIZE.values[number].id}


def add_customers(database: Database, count: int) -> list[UserId]:
    with database.writing() as connection:
        for number in range(1, count + 1):
            connection.execute(
                text(
                    "INSERT INTO users (id, username, username_key, email, email_key,"
                    " password_hash, first_name, last_name, role, is_active, created_at,"
                    " password_changed_at, password_generation, version) VALUES (:id, :name, :name,"
                    " :email, :email, '-', '', '', 'customer', true, :at, :at, 1, 1)"
                ),
                {
                    "id": 10_000 + number,
                    "name": f"customer{number}",
                    "email": f"customer{number}@example.com",
                    "at": "2026-01-02 03:04:05.000000",
                },
            )
        connection.commit()
    return [UserId(10_000 + number) for number in range(1, count + 1)]


def available(begin: SqlUnitOfWorkFactory) -> list[int]:
    with begin() as work:
        levels = work.stock.levels([SMALL, MEDIUM, LARGE])
    return [levels[each].available for each in (SMALL, MEDIUM, LARGE)]


def test_buyers_of_one_size_take_exactly_its_stock(begin: SqlUnitOfWorkFactory) -> None:
    """The negative control is `test_naive_read_before_write_oversells` in `test_stock_races.py`."""

    def buy(number: int) -> Callable[[], None]:
        def reserve() -> None:
            with begin() as work:
                work.stock.reserve([a_claim(SMALL, 1, f"line:{number}:reserve")], at=NOON)
                work.commit()

        return reserve

    outcomes = run_concurrently([buy(number) for number in range(BUYERS)])
    errors = errors_of(outcomes)
    assert len(outcomes) - len(errors) == UNITS
    assert {type(error) for error in errors} == {OutOfStock}
    assert available(begin) == [0, UNITS, UNITS]


@pytest.mark.parametrize(("version", "counted"), [(0, 1), (None, 8)])
def test_stock_form_sent_eight_times_at_once_adjusts_once_if_it_has_a_version(
    begin: SqlUnitOfWorkFactory, version: int | None, counted: int
) -> None:
    adjust = AdjustStock(begin=begin, clock=CLOCK)
    command = AdjustStockCommand(
        actor=SYSTEM, product_id=SHIRT, delta=1, reason="Delivery", expected_version=version
    )
    outcomes = run_concurrently([lambda: adjust(command)] * 8)
    assert [type(error) for error in errors_of(outcomes)] == [StaleVersion] * (8 - counted)
    assert available(begin) == [UNITS + counted, UNITS, UNITS]


def editor(begin: SqlUnitOfWorkFactory, price: int, version: int | None) -> Callable[[], object]:
    edit = EditVariants(begin=begin, clock=CLOCK, policy=POLICY)
    change = VariantEdit(
        variant_id=MEDIUM, changes={"price": Money(price, "INR")}, expected_version=version
    )
    return lambda: edit(EditVariantsCommand(actor=SYSTEM, product_id=SHIRT, edits=[change]))


def test_one_of_several_editors_of_a_variant_wins(begin: SqlUnitOfWorkFactory) -> None:
    with begin() as work:
        version = work.products.get(SHIRT).variant(MEDIUM).version
    outcomes = run_concurrently([editor(begin, 1000 + n, version) for n in range(8)])
    assert [type(error) for error in errors_of(outcomes)] == [StaleVersion] * 7


def test_naive_editors_overwrite_each_other(begin: SqlUnitOfWorkFactory) -> None:
    """Negative control: without the version that was read, every edit succeeds."""
    outcomes = run_concurrently([editor(begin, 1000 + n, None) for n in range(8)])
    assert errors_of(outcomes) == []


def test_editors_of_different_variants_both_succeed(begin: SqlUnitOfWorkFactory) -> None:
    edit = EditVariants(begin=begin, clock=CLOCK, policy=POLICY)
    with begin() as work:
        shirt = work.products.get(SHIRT)
    calls = [
        lambda variant=variant: edit(
            EditVariantsCommand(
                actor=SYSTEM,
                product_id=SHIRT,
                edits=[
                    VariantEdit(
                        variant_id=variant.id,
                        changes={"price": Money(7700, "INR")},
                        expected_version=variant.version,
                    )
                ],
            )
        )
        for variant in shirt.variants
    ]
    assert errors_of(run_concurrently(calls)) == []
    with begin() as work:
        prices = {each.details.price.amount for each in work.products.get(SHIRT).variants}
    assert prices == {7700}


def test_product_is_added_while_its_default_moves(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    customers = add_customers(database, 20)
    add = AddToCart(begin=begin, clock=CLOCK, policy=CartPolicy(max_per_line=10))
    move = SetDefaultVariant(begin=begin, clock=CLOCK)
    additions = [
        lambda user_id=user_id: add(AddToCartCommand(user_id=user_id, product_id=SHIRT))
        for user_id in customers
    ]
    moves = [
        lambda variant_id=variant_id: move(
            SetDefaultVariantCommand(actor=SYSTEM, product_id=SHIRT, variant_id=variant_id)
        )
        for variant_id in (MEDIUM, LARGE, SMALL, MEDIUM)
    ]
    calls: list[Callable[[], object]] = [*additions[:10], *moves, *additions[10:]]
    assert errors_of(run_concurrently(calls)) == []
    with begin() as work:
        for user_id in customers:
            [line] = work.carts.of(user_id).lines
            assert line.variant_id in {SMALL, MEDIUM, LARGE}


def replace_default(begin: SqlUnitOfWorkFactory, old: VariantId, new: VariantId) -> None:
    """Make another variant the default, and archive the one that was."""
    SetDefaultVariant(begin=begin, clock=CLOCK)(
        SetDefaultVariantCommand(actor=SYSTEM, product_id=SHIRT, variant_id=new)
    )
    ArchiveVariant(begin=begin, clock=CLOCK)(ArchiveVariantCommand(actor=SYSTEM, variant_id=old))


def test_product_is_added_while_its_default_is_replaced(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    """A client of version 1, who names the product, never gets an error."""
    customers = add_customers(database, 30)
    add = AddToCart(begin=begin, clock=CLOCK, policy=CartPolicy(max_per_line=10))
    additions = [
        lambda user_id=user_id: add(AddToCartCommand(user_id=user_id, product_id=SHIRT))
        for user_id in customers
    ]

    def replace_twice() -> None:
        replace_default(begin, SMALL, MEDIUM)
        replace_default(begin, MEDIUM, LARGE)

    calls: list[Callable[[], object]] = [*additions[:15], replace_twice, *additions[15:]]
    assert errors_of(run_concurrently(calls)) == []
    for user_id in customers:
        with begin() as work:
            lines = work.carts.checkout(user_id, None, at=NOON).lines
        assert [line.variant_id for line in lines] in ([], [LARGE])


def test_naive_client_that_reads_the_default_first_gets_an_error(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Negative control: the default is read in another transaction than the one that adds it."""
    customers = add_customers(database, 4)
    add = AddToCart(begin=begin, clock=CLOCK, policy=CartPolicy(max_per_line=10))
    are_read, is_replaced = Barrier(len(customers) + 1), Event()

    def add_later(user_id: UserId) -> None:
        with begin() as work:
            default = work.products.find_variant(product_id=SHIRT, variant_id=None)
        are_read.wait(30)
        is_replaced.wait(30)
        add(AddToCartCommand(user_id=user_id, variant_id=default))

    def replace_once() -> None:
        are_read.wait(30)
        replace_default(begin, SMALL, MEDIUM)
        is_replaced.set()

    additions = [lambda user_id=user_id: add_later(user_id) for user_id in customers]
    errors = errors_of(run_concurrently([*additions, replace_once]))
    assert [type(error) for error in errors] == [VariantNotFound] * len(customers)


def test_variant_in_a_hundred_carts_is_archived_by_few_statements(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    customers = add_customers(database, 100)
    add = AddToCart(begin=begin, clock=CLOCK, policy=CartPolicy(max_per_line=10))
    for user_id in customers:
        add(AddToCartCommand(user_id=user_id, variant_id=MEDIUM))
        add(AddToCartCommand(user_id=user_id, variant_id=LARGE))
    with counted_statements(database) as statements:
        ArchiveVariant(begin=begin, clock=CLOCK)(
            ArchiveVariantCommand(actor=SYSTEM, variant_id=MEDIUM)
        )
    assert len(statements) < 20
    for user_id in customers:
        with begin() as work:
            assert [line.variant_id for line in work.carts.of(user_id).lines] == [LARGE]


def price_violations(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(run_all(PRICE_HISTORY, connection, NOON).violations)


def test_last_entry_of_the_price_history_is_the_last_price(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    outcomes = run_concurrently([editor(begin, 1000 + n, None) for n in range(8)])
    assert errors_of(outcomes) == []
    assert len(SqlPriceQueries(database).history(MEDIUM, limit=99)) == 9
    assert price_violations(database) == []


def test_naive_history_written_after_the_commit_has_another_last_price(
    begin: SqlUnitOfWorkFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: two editors write their entries in the opposite order."""
    append = PriceRows.append
    changes: list[Sequence[PriceChange]] = []

    def postpone(_: PriceRows, change: Sequence[PriceChange], *, at: datetime) -> dict[int, int]:
        assert at == NOON
        changes.append(change)
        return {}

    monkeypatch.setattr(PriceRows, "append", postpone)
    for price in (1000, 2000):
        editor(begin, price, None)()
    with database.writing() as connection:
        for each in reversed(changes):
            append(PriceRows(connection, "system"), each, at=NOON)
        connection.commit()
    assert price_violations(database)


def test_archived_variant_is_shown_in_no_cart(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    customers = add_customers(database, 40)
    add = AddToCart(begin=begin, clock=CLOCK, policy=CartPolicy(max_per_line=10))
    archive = ArchiveVariant(begin=begin, clock=CLOCK)
    additions = [
        lambda user_id=user_id: add(AddToCartCommand(user_id=user_id, variant_id=MEDIUM))
        for user_id in customers
    ]
    calls: list[Callable[[], object]] = [
        *additions[:20],
        lambda: archive(ArchiveVariantCommand(actor=SYSTEM, variant_id=MEDIUM)),
        *additions[20:],
    ]
    errors = errors_of(run_concurrently(calls))
    assert {type(error) for error in errors} <= {VariantNotFound}
    for user_id in customers:
        with begin() as work:
            assert work.carts.checkout(user_id, None, at=NOON).lines == ()


def test_naive_cart_without_the_catalog_shows_an_archived_variant(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Negative control: the variant is archived between the check and the new line."""
    [customer] = add_customers(database, 1)
    with begin() as work:
        variant_id = work.products.find_variant(product_id=SHIRT, variant_id=MEDIUM)
    ArchiveVariant(begin=begin, clock=CLOCK)(ArchiveVariantCommand(actor=SYSTEM, variant_id=MEDIUM))
    with database.writing() as connection:
        connection.execute(text("INSERT INTO carts (user_id) VALUES (:user)"), {"user": customer})
        connection.execute(
            text(
                "INSERT INTO cart_lines (id, user_id, variant_id, quantity, added_at)"
                " VALUES (90001, :user, :variant, 1, '2026-01-02 03:04:05.000000')"
            ),
            {"user": customer, "variant": variant_id},
        )
        connection.commit()
    with begin() as work:
        assert [line.variant_id for line in work.carts.of(customer).lines] == [MEDIUM]
        assert work.carts.checkout(customer, None, at=NOON).lines == ()


def test_one_of_several_additions_of_a_combination_succeeds(begin: SqlUnitOfWorkFactory) -> None:
    add = AddVariant(begin=begin, clock=CLOCK, policy=POLICY)
    command = AddVariantCommand(
        actor=SYSTEM, product_id=SHIRT, details=variant_details(), values=values_of(3)
    )
    outcomes = run_concurrently([lambda: add(command) for _ in range(8)])
    assert [type(error) for error in errors_of(outcomes)] == [DuplicateCombination] * 7


def test_naive_additions_that_check_the_combination_before_they_start_all_add_it(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Negative control: neither the lock of the product nor the unique index."""
    with database.writing() as connection:
        connection.execute(text("DROP INDEX uq_variants_combination"))
        connection.commit()
    extra_large = SIZE.values[3].id
    are_read = Barrier(4)

    def add(number: int) -> None:
        with begin() as work:
            variants = work.products.get(SHIRT).variants
        are_read.wait(30)
        if any(extra_large in each.values.values() for each in variants):
            raise DuplicateCombination(MEDIUM)
        with database.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO variants (id, product_id, price_minor, currency, position,"
                    " version, combination, options) SELECT :id, product_id, price_minor, currency,"
                    " :id, 1, :combination, 'Size: XL' FROM variants WHERE id = :like"
                ),
                {"id": 9000 + number, "combination": str(extra_large), "like": MEDIUM},
            )
            connection.commit()

    outcomes = run_concurrently([partial(add, number) for number in range(4)])
    assert errors_of(outcomes) == []
    with database.reading() as connection:
        same = text("SELECT count(*) FROM variants WHERE combination = :combination")
        assert connection.scalar(same, {"combination": str(extra_large)}) == 4


def test_one_of_several_restores_succeeds(begin: SqlUnitOfWorkFactory) -> None:
    ArchiveVariant(begin=begin, clock=CLOCK)(ArchiveVariantCommand(actor=SYSTEM, variant_id=MEDIUM))
    restore = RestoreVariant(begin=begin, clock=CLOCK)
    outcomes = run_concurrently(
        [lambda: restore(RestoreVariantCommand(actor=SYSTEM, variant_id=MEDIUM)) for _ in range(8)]
    )
    assert [type(error) for error in errors_of(outcomes)] == [VariantNotArchived] * 7
