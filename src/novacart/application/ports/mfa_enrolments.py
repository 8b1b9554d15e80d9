"""Repository of second factors."""

from typing import Protocol

from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.shared.ids import UserId


class MfaEnrolments(Protocol):
    """At most one enrolment for each user."""

    def get(self, user_id: UserId) -> MfaEnrolment | None:
        """The enrolment, locked together with its user."""
        ...

    def add(self, enrolment: MfaEnrolment) -> None: ...

    def save(self, enrolment: MfaEnrolment) -> None:
        """Raises `ConcurrentChange`."""
        ...

    def remove(self, enrolment: MfaEnrolment) -> None: ...
