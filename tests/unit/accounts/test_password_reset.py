"""A forgotten password, from the request to the new sign-in."""

import re

import pytest

from novacart.application.accounts.confirm_password_reset import ConfirmPasswordResetCommand
from novacart.application.accounts.disable_user import AccountOf
from novacart.application.accounts.request_password_reset import RequestPasswordResetCommand
from novacart.application.ports.errors import Unavailable
from novacart.domain.accounts.errors import (
    ResetTokenNotAccepted,
    ResetTokenNotFound,
    TokenNotAccepted,
    WeakPassword,
    WrongCredentials,
)
from novacart.domain.accounts.events import PasswordResetRequested
from tests.support.accounts_fixture import AccountsWorld
from tests.support.builders.accounts import PASSWORD

NEW = "lanterns-by-the-lake"


@pytest.fixture
def world() -> AccountsWorld:
    return AccountsWorld()


def token_mailed(world: AccountsWorld, email: str = "asha@example.com") -> str:
    world.request_reset(RequestPasswordResetCommand(email=email))
    event = world.reset_requested()
    world.send_link(event)
    mail = world.mailer.sent[f"password-reset-{event.reset_id}"]
    link = re.search(r"https://shop\.example/reset-password/([0-9]+)/(\S+)", mail.text)
    assert link is not None
    assert link[0] in mail.html
    assert mail.to == "asha@example.com"
    return link[2]


def test_the_owner_chooses_a_new_password_and_is_signed_out_everywhere(
    world: AccountsWorld,
) -> None:
    world.person()
    pair = world.signed_in()
    token = token_mailed(world, " ASHA@Example.com ")
    world.check_reset(token)
    world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    with pytest.raises(WrongCredentials):
        world.signed_in(password=PASSWORD)
    world.authenticate(world.signed_in(password=NEW).access)
    for old in (pair.access, pair.refresh):
        with pytest.raises(TokenNotAccepted):
            world.verify(old)


def test_the_link_works_once(world: AccountsWorld) -> None:
    world.person()
    token = token_mailed(world)
    world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    with pytest.raises(ResetTokenNotAccepted):
        world.confirm_reset(ConfirmPasswordResetCommand(token=token, password="another-lantern-9"))
    with pytest.raises(ResetTokenNotFound):
        world.check_reset(token)


def test_the_link_works_for_an_hour(world: AccountsWorld) -> None:
    world.person()
    token = token_mailed(world)
    world.clock.move(minutes=59, seconds=59)
    world.check_reset(token)
    world.clock.move(seconds=1)
    with pytest.raises(ResetTokenNotFound):
        world.check_reset(token)
    with pytest.raises(ResetTokenNotAccepted):
        world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_a_weak_password_leaves_the_link_good(world: AccountsWorld) -> None:
    world.person()
    token = token_mailed(world)
    with pytest.raises(WeakPassword):
        world.confirm_reset(ConfirmPasswordResetCommand(token=token, password="asha@example.com"))
    world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_a_new_password_closes_every_other_link(world: AccountsWorld) -> None:
    world.person()
    first, second = token_mailed(world), token_mailed(world)
    world.confirm_reset(ConfirmPasswordResetCommand(token=second, password=NEW))
    with pytest.raises(ResetTokenNotAccepted):
        world.confirm_reset(ConfirmPasswordResetCommand(token=first, password="another-lantern-9"))


@pytest.mark.parametrize("token", ["", "x", "../../etc", "é\ud800"])
def test_an_unknown_token_is_refused(world: AccountsWorld, token: str) -> None:
    with pytest.raises(ResetTokenNotAccepted):
        world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_the_request_does_the_same_for_known_and_unknown(world: AccountsWorld) -> None:
    world.person()
    for email in ("asha@example.com", "nobody@example.com"):
        before = list(world.store.events)
        world.request_reset(RequestPasswordResetCommand(email=email))
        (event,) = world.store.events[len(before) :]
        assert isinstance(event, PasswordResetRequested)
        assert set(event.payload()) == {"occurred_at", "reset_id"}
    world.request_reset(RequestPasswordResetCommand(email="no address"))


def test_nobody_is_mailed_who_has_no_account_or_a_disabled_one(world: AccountsWorld) -> None:
    world.disable(AccountOf(user_id=world.person().id))
    for email in ("asha@example.com", "nobody@example.com"):
        world.request_reset(RequestPasswordResetCommand(email=email))
        world.send_link(world.reset_requested())
    assert world.mailer.attempts == 0


def test_the_token_stands_in_no_record_and_no_event(world: AccountsWorld) -> None:
    world.person()
    token = token_mailed(world)
    (reset,) = world.store.password_resets.values()
    kept = repr([getattr(reset, name) for name in type(reset).__slots__])
    assert token not in kept + repr(world.store.events)
    assert reset.token_hash is not None
    assert re.fullmatch("[0-9a-f]{64}", reset.token_hash)


def test_a_repeated_reaction_sends_the_very_same_mail(world: AccountsWorld) -> None:
    world.person()
    token_mailed(world)
    (first,) = world.mailer.sent.values()
    world.send_link(world.reset_requested())
    assert world.mailer.attempts == 2
    assert list(world.mailer.sent.values()) == [first]


def test_a_mail_server_that_was_down_for_two_hours_delays_the_link_and_not_more(
    world: AccountsWorld,
) -> None:
    world.person()
    world.mailer.down = True
    world.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    with pytest.raises(Unavailable):
        world.send_link(world.reset_requested())
    world.clock.move(hours=2)
    world.mailer.down = False
    world.send_link(world.reset_requested())
    (mail,) = world.mailer.sent.values()
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]
    world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))


def test_a_used_link_is_not_sent_again(world: AccountsWorld) -> None:
    world.person()
    token = token_mailed(world)
    event = world.reset_requested()
    world.confirm_reset(ConfirmPasswordResetCommand(token=token, password=NEW))
    world.send_link(event)
    assert world.mailer.attempts == 1


def test_a_request_that_was_cleaned_up_is_let_go(world: AccountsWorld) -> None:
    world.person()
    world.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
    world.clock.move(days=1, seconds=1)
    assert world.delete_older_than() == 1
    world.send_link(world.reset_requested())
    assert world.mailer.attempts == 0


def test_a_mailbox_is_not_flooded(world: AccountsWorld) -> None:
    world.person()
    for _ in range(9):
        world.request_reset(RequestPasswordResetCommand(email="asha@example.com"))
        world.send_link(world.reset_requested())
    assert world.mailer.attempts == 5
    world.clock.move(hours=1, seconds=1)
    token_mailed(world)


def test_a_name_that_its_owner_chose_freely_is_not_in_the_mail(world: AccountsWorld) -> None:
    world.person()
    with world.begin() as work:
        user = next(world.store.users.values())
        user.change_profile(first_name="You won! evil.example", at=world.clock.now())
        work.users.save(user)
        work.commit()
    token_mailed(world)
    (mail,) = world.mailer.sent.values()
    assert "You won!" not in mail.text + mail.html
