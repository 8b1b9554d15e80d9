"""Errors of accounts."""

from collections.abc import Mapping, Sequence

from novacart.domain.shared.errors import DomainError, InvalidValue


class InvalidFields(DomainError):
    """One or more invalid fields.

    `errors` and `details["errors"]` map each field's name to its messages.
    """

    code = "invalid_value"

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(
            " ".join(message for messages in errors.values() for message in messages),
            details={"errors": {field: list(messages) for field, messages in errors.items()}},
        )
        self.errors = {field: tuple(messages) for field, messages in errors.items()}


class WeakPassword(InvalidFields):
    """A password that the password rules reject, with every reason."""

    code = "weak_password"

    def __init__(self, reasons: Sequence[str], *, field: str = "password") -> None:
        super().__init__({field: reasons})


class UsernameTaken(InvalidValue):
    code = "username_taken"

    def __init__(self) -> None:
        super().__init__("username", "A user with that username already exists.")


class UsernameTooSimilar(UsernameTaken):
    """The username looks like that of another user."""

    code = "username_too_similar"

    def __init__(self) -> None:
        message = "This username looks like another one. Choose a different one."
        InvalidValue.__init__(self, "username", message)


class EmailTaken(InvalidValue):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("email", "A user with that email already exists.")


class UserNotFound(DomainError):
    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("User not found.")


class LastOwner(DomainError):
    """The last active owner can't be disabled or get another role."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("The shop needs at least one active owner.")


class InvalidCredentials(DomainError):
    """Unknown login, wrong password or disabled account.

    The message is the same for all three, so that it does not reveal who has an account.
    """

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("No active account found with the given credentials.")


class InvalidToken(DomainError):
    """An access or refresh token that is malformed, expired, revoked or of the wrong kind."""

    code = "token_not_valid"

    def __init__(self) -> None:
        super().__init__("The token is invalid or has expired.")


class InvalidGuestToken(DomainError):
    """A guest's token, sent by a user, whose session has ended or belongs to another user."""

    code = "guest_token_not_valid"

    def __init__(self) -> None:
        super().__init__("The guest's session has ended.")


class AccountRequired(DomainError):
    """A guest used a route of accounts."""

    code = "account_required"

    def __init__(self) -> None:
        super().__init__("Sign in or create an account to do this.")


class SessionNotFound(DomainError):
    """The user has no such session, or it has ended."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("This session does not exist or has ended.")


class InvalidResetToken(DomainError):
    """A password can't be reset with an unknown, used or expired token."""

    code = "reset_token_not_valid"

    def __init__(self) -> None:
        super().__init__("This password reset link is invalid or has expired.")


class ResetTokenNotFound(DomainError):
    """A reset token that was checked is unknown, used or expired."""

    code = "reset_token_not_found"

    def __init__(self) -> None:
        super().__init__("This password reset link is invalid or has expired.")


class InvalidLink(DomainError):
    """An invitation or verification link that is unknown, used or expired."""

    code = "link_not_valid"

    def __init__(self) -> None:
        super().__init__("This link is invalid or has expired.")


class PasswordAlreadySet(DomainError):
    """A staff member who has chosen a password can't be invited again."""

    code = "password_already_set"

    def __init__(self) -> None:
        super().__init__("This staff member has already chosen a password.")


class MfaRequired(DomainError):
    """The password is right, and the code of the second factor is missing."""

    code = "mfa_required"

    def __init__(self) -> None:
        super().__init__("Enter the code of your authenticator app.")


class InvalidMfaCode(DomainError):
    """A wrong or used code of an authenticator app, or a wrong or used recovery code."""

    code = "mfa_code_not_valid"

    def __init__(self) -> None:
        super().__init__("The code is wrong or was already used.")


class MfaSetupRequired(DomainError):
    """Staff without a second factor, though it is mandatory or the password is too short."""

    code = "mfa_setup_required"

    def __init__(self) -> None:
        super().__init__(
            "Sign in to the back office and set up two-factor authentication or a longer password."
        )


class MfaAlreadyEnabled(DomainError):
    code = "mfa_already_enabled"

    def __init__(self) -> None:
        super().__init__("Two-factor authentication is already enabled.")


class MfaNotEnabled(DomainError):
    code = "mfa_not_enabled"

    def __init__(self) -> None:
        super().__init__("Two-factor authentication is not enabled.")


class MfaMandatory(DomainError):
    """The shop's settings require two-factor authentication for staff."""

    code = "mfa_mandatory"

    def __init__(self) -> None:
        super().__init__("Two-factor authentication is mandatory for staff.")


class AddressNotFound(DomainError):
    """The address is not in the customer's address book."""

    code = "address_not_found"

    def __init__(self) -> None:
        super().__init__("That address is not in your address book.")


class AddressBookFull(DomainError):
    code = "address_book_full"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"An address book holds at most {limit} addresses.", details={"limit": limit}
        )
