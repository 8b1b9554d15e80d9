"""Staff accounts whose users choose the first password through a link in an email."""

from dataclasses import dataclass
from datetime import datetime

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.register_user import validate_names
from novacart.application.authorization.actor import Actor
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.link_tokens import LinkTokens
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.password_strength import PasswordStrength
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.account_link import INVITATION_LIFETIME, AccountLink, LinkPurpose
from novacart.domain.accounts.errors import InvalidFields, InvalidLink, PasswordAlreadySet
from novacart.domain.accounts.events import StaffInvited
from novacart.domain.accounts.password import (
    ensure_strong_password,
    min_password_length,
    normalize_password,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteStaffCommand:
    """`page_url` is the page on which the invited person chooses a password."""

    username: str
    email: str
    role: Role
    actor: Actor
    page_url: str
    first_name: str = ""
    last_name: str = ""


class InviteStaff:
    """Create a staff account without a password, and send an invitation to its user.

    Raises `PermissionDenied`, `ReauthenticationRequired`, or `InvalidFields` with every field
    that is invalid or taken.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        link_tokens: LinkTokens,
        clock: Clock,
        reauthentication: ReauthenticationPolicy,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._link_tokens = link_tokens
        self._clock = clock
        self._reauthentication = reauthentication

    def __call__(self, command: InviteStaffCommand) -> Profile:
        command.actor.require("staff.write")
        now = self._clock.now()
        self._reauthentication.ensure_recent(command.actor, at=now)
        username, email, errors = validate_names(
            command.username, command.email, queries=self._queries
        )
        if not command.role.is_staff:
            errors["role"] = ["Select a staff role."]
        if errors:
            raise InvalidFields(errors)
        with self._begin() as work:
            user = User.register(
                id=UserId(work.ids.take()[0]),
                username=username,
                email=email,
                password_hash="",
                first_name=command.first_name,
                last_name=command.last_name,
                role=command.role,
                at=now,
            )
            work.users.add(user)
            _invite(work, user, self._link_tokens, self._clock, command.page_url)
            work.commit()
        return Profile.of(user)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendInvitationCommand:
    """`page_url` is the page on which the invited person chooses a password."""

    user_id: UserId
    actor: Actor
    page_url: str


class ResendInvitation:
    """Send another invitation.

    Raises `PermissionDenied`, `UserNotFound` or `PasswordAlreadySet`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, link_tokens: LinkTokens, clock: Clock) -> None:
        self._begin = begin
        self._link_tokens = link_tokens
        self._clock = clock

    def __call__(self, command: ResendInvitationCommand) -> None:
        command.actor.require("staff.write")
        with self._begin() as work:
            user = work.users.get(command.user_id)
            if user.has_password:
                raise PasswordAlreadySet
            _invite(work, user, self._link_tokens, self._clock, command.page_url)
            work.commit()


def _invite(
    work: UnitOfWork, user: User, link_tokens: LinkTokens, clock: Clock, page_url: str
) -> None:
    [link_id] = work.ids.take()
    token_hash = link_tokens.hash(link_tokens.token_for(link_id))
    work.account_links.add(
        AccountLink.invite(
            user, id=link_id, token_hash=token_hash, page_url=page_url, at=clock.now()
        )
    )


class SendInvitation:
    """Handle `StaffInvited`. Handling the event again sends the same email.

    Raises the mailer's errors, which cause a retry.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        link_tokens: LinkTokens,
        renderer: EmailRenderer,
        mailer: Mailer,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._link_tokens = link_tokens
        self._renderer = renderer
        self._mailer = mailer

    def __call__(self, event: StaffInvited) -> None:
        with self._begin() as work:
            user = work.users.get(UserId(event.user_id))
            link = work.account_links.get(event.link_id)
        if link is None or not link.is_valid(user, at=self._clock.now()):
            return
        token = self._link_tokens.token_for(link.id)
        email = self._renderer.render(
            "staff_invitation",
            {"link": f"{event.page_url}?token={token}", "days": INVITATION_LIFETIME.days},
        )
        self._mailer.send(
            Mail.of(email, to=user.email.text, message_id=f"staff-invitation-{link.id}")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInvitationCommand:
    token: str


class CheckInvitation:
    """Whether an invitation can be accepted now."""

    def __init__(self, *, begin: UnitOfWorkFactory, link_tokens: LinkTokens, clock: Clock) -> None:
        self._begin = begin
        self._link_tokens = link_tokens
        self._clock = clock

    def __call__(self, command: CheckInvitationCommand) -> bool:
        try:
            with self._begin() as work:
                _load(work, self._link_tokens.hash(command.token), at=self._clock.now())
        except InvalidLink:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitationCommand:
    token: str
    password: str


class AcceptInvitation:
    """Set the first password of a staff member, and use up the link.

    Raises `InvalidLink`, or `WeakPassword`, which leaves the link valid.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        link_tokens: LinkTokens,
        hasher: PasswordHasher,
        strength: PasswordStrength,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._link_tokens = link_tokens
        self._hasher = hasher
        self._strength = strength
        self._clock = clock

    def __call__(self, command: AcceptInvitationCommand) -> None:
        token_hash = self._link_tokens.hash(command.token)
        with self._begin() as work:
            _, user = _load(work, token_hash, at=self._clock.now())
        ensure_strong_password(
            command.password,
            username=user.username,
            email=user.email,
            is_guessable=self._strength.is_guessable,
            min_length=min_password_length(is_staff=user.is_staff, mfa_enabled=False),
        )
        # Hashing is slow, so it happens outside the transaction. The link is checked again under
        # the lock.
        password_hash = self._hasher.hash(normalize_password(command.password))
        with self._begin() as work:
            now = self._clock.now()
            link, user = _load(work, token_hash, at=now)
            link.use(user, at=now)
            user.change_password(password_hash, at=now)
            user.verify_email(at=now)
            work.account_links.save(link)
            work.users.save(user)
            work.commit()


def _load(work: UnitOfWork, token_hash: str, *, at: datetime) -> tuple[AccountLink, User]:
    """The invitation and its user. Raises `InvalidLink` unless it can be used."""
    link = work.account_links.get_by_token_hash(token_hash, LinkPurpose.INVITATION)
    if link is None:
        raise InvalidLink
    user = work.users.get(link.user_id)
    if not link.is_valid(user, at=at):
        raise InvalidLink
    return link, user
