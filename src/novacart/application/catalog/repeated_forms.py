"""Forms that create one product, category or import, also if they are sent twice."""

from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from novacart.application.authorization.actor import Actor
from novacart.application.ports.idempotency_keys import IdempotencyKeyReused
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.shared.errors import ConcurrentChange

_OTHER_VALUES: Final = (
    "This form was already saved, with other values. Reload the page to add another one."
)


class FormCommand(Protocol):
    """A command with the key of the form that was sent; None if there was no form."""

    @property
    def actor(self) -> Actor: ...

    @property
    def form_key(self) -> str | None: ...


def created_before(
    work: UnitOfWork, command: FormCommand, values: object, *, at: datetime
) -> int | None:
    """Claim the key of the form. Return the id that the same form created before, or None.

    Call it in the transaction that creates it, and `record_created` at its end. Raises
    `ConcurrentChange` if the form was sent before with other `values`, by their `repr`.
    """
    user_id, key = command.actor.user_id, command.form_key
    if user_id is None or key is None:
        return None
    fingerprint = sha256(repr(values).encode()).hexdigest()
    try:
        claim, _ = work.idempotency_keys.claim(user_id, key, fingerprint=fingerprint, at=at)
    except IdempotencyKeyReused as error:
        raise ConcurrentChange(_OTHER_VALUES) from error
    return claim.resource_id


def record_created(work: UnitOfWork, command: FormCommand, created_id: int) -> None:
    """Store the id that the form created."""
    if command.actor.user_id is not None and command.form_key is not None:
        work.idempotency_keys.fulfil(command.actor.user_id, command.form_key, created_id)
