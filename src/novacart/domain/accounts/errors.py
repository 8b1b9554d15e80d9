"""What the accounts refuse."""

from collections.abc import Mapping, Sequence

from novacart.domain.shared.errors import DomainError, InvalidValue


class InvalidDetails(DomainError):
    """One or more fields that can never be right, each with the sentences that say why.

    `details["errors"]` maps a field's name to its sentences.
    """

    code = "invalid_value"

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(
            " ".join(sentence for said in errors.values() for sentence in said),
            details={"errors": {field: list(said) for field, said in errors.items()}},
        )
        self.errors = {field: tuple(said) for field, said in errors.items()}


class WeakPassword(InvalidDetails):
    """A password that the policy refuses, with every reason."""

    code = "weak_password"

    def __init__(self, reasons: Sequence[str], *, field: str = "password") -> None:
        super().__init__({field: reasons})


class UsernameTaken(InvalidValue):
    code = "username_taken"

    def __init__(self) -> None:
        super().__init__("username", "A user with that username already exists.")


class EmailTaken(InvalidValue):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("email", "A user with that email already exists.")


class UserNotFound(DomainError):
    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such user.")


class LastOwner(DomainError):
    """The shop would be left with nobody who may appoint staff."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("The shop keeps at least one active owner.")


class WrongCredentials(DomainError):
    """One sentence for every reason, so that nobody learns who has an account."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("No active account found with the given credentials.")


class TokenNotAccepted(DomainError):
    """A token that is malformed, expired, revoked, used up or of the wrong type."""

    code = "token_not_valid"

    def __init__(self) -> None:
        super().__init__("The token is invalid or has expired.")


class ResetTokenNotAccepted(DomainError):
    """A password reset token that is unknown, used or expired."""

    code = "reset_token_not_valid"

    def __init__(self) -> None:
        super().__init__("This password reset link is invalid or has expired.")


class ResetTokenNotFound(DomainError):
    """Asked whether a reset token is good: it is not."""

    code = "reset_token_not_found"

    def __init__(self) -> None:
        super().__init__("This password reset link is invalid or has expired.")


class AddressNotFound(DomainError):
    """Not in this customer's address book; somebody else's is not there either."""

    code = "address_not_found"

    def __init__(self) -> None:
        super().__init__("That address is not in your address book.")


class AddressBookIsFull(DomainError):
    code = "address_book_full"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"An address book holds at most {limit} addresses.", details={"limit": limit}
        )
