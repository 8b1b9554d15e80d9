"""Customers with an address, a cart and an access token."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from benchmarks.progress import Progress
from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.address import AddressDetails
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.shared.ids import AddressId, CartLineId, ProductId, UserId, VariantId

PASSWORD: Final = "kettle-lantern-orchard-41"  # noqa: S105 (it protects nothing)
_BATCH: Final = 100
_ADDRESS: Final = AddressDetails(
    name="Asha Example",
    mobile="9000000000",
    pincode="560001",
    state="Karnataka",
    district="Bengaluru",
    town="Bengaluru",
    house_number="12",
    address="Example Street",
)
_ANY_QUANTITY: Final = QuantityLimits(orderable=10, max_per_line=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    user_id: UserId
    username: str
    address_id: AddressId
    access: str


class CustomerFactory:
    """Creates customers through the repositories, with a token as from `/api/token/`."""

    def __init__(
        self, begin: UnitOfWorkFactory, tokens: Tokens, products: Sequence[ProductId]
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._products = products
        self._random = random.Random(7)
        # One hash for all, because hashing is slow; signing in verifies it each time.
        self._password_hash = Argon2idHasher().hash(PASSWORD)

    def create(self, count: int, *, lines: int, progress: Progress) -> list[Customer]:
        """Create `count` customers with `lines` different products in the cart."""
        created: list[Customer] = []
        with progress.step(f"{count:,} customers with {lines} lines", count) as advance:
            while len(created) < count:
                batch = min(_BATCH, count - len(created))
                with self._begin() as work:
                    created += [self._create(work, lines) for _ in range(batch)]
                    work.commit()
                advance(batch)
        return created

    def refill(self, customers: Sequence[Customer], *, lines: int) -> None:
        """Put `lines` products into each customer's empty cart."""
        with self._begin() as work:
            for customer in customers:
                self._fill_cart(work, customer.user_id, lines)
            work.commit()

    def _create(self, work: UnitOfWork, lines: int) -> Customer:
        now = datetime.now(UTC)
        user_id, family_id, address_id = work.ids.take(3)
        user = User(
            id=UserId(user_id),
            username=Username(f"buyer{user_id}"),
            email=EmailAddress(f"buyer{user_id}@shop.example"),
            password_hash=self._password_hash,
            first_name="",
            last_name="",
            role=Role.CUSTOMER,
            is_active=True,
            created_at=now,
            password_changed_at=now,
            password_generation=1,
        )
        work.users.add(user)
        family = TokenFamily.open(
            id=family_id, user_id=user.id, token_id=uuid4().hex, at=now, lifetime=timedelta(days=7)
        )
        work.token_families.add(family)
        book = work.address_books.get(user.id)
        book.add(AddressId(address_id), _ADDRESS, at=now)
        work.address_books.save(book)
        self._fill_cart(work, user.id, lines)
        claims = TokenClaims(
            kind=TokenKind.ACCESS,
            user_id=user.id,
            family_id=family_id,
            password_generation=1,
            token_id=uuid4().hex,
        )
        return Customer(
            user_id=user.id,
            username=user.username.text,
            address_id=AddressId(address_id),
            access=self._tokens.issue(claims),
        )

    def _fill_cart(self, work: UnitOfWork, user_id: UserId, lines: int) -> None:
        if not lines:
            return
        cart = work.carts.of(user_id)
        now = datetime.now(UTC)
        chosen = self._random.sample(self._products, lines)
        for line_id, product_id in zip(work.ids.take(lines), chosen, strict=True):
            cart.add(
                VariantId(product_id), 1, line_id=CartLineId(line_id), limits=_ANY_QUANTITY, at=now
            )
        work.carts.save(cart)
