"""Many at once: one e-mail address, one refresh token, one reset link, one new default."""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from novacart.adapters.persistence.accounts.tables import refresh_tokens, users
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange
from tests.support.accounts import register
from tests.support.builders.accounts import PASSWORD, WEEK
from tests.support.builders.ordering import NOON
from tests.support.checkout import ADDRESS
from tests.support.http_client import Counter
from tests.support.races import THREADS, errors_of, run_concurrently

AT_ONCE = 20
HUNDRED = 100
RAVI = "ravi@example.com"


def statuses(answers: Sequence[TestResponse]) -> Tally[int]:
    return Tally(answer.status_code for answer in answers)


def registering(counter: Counter, *, username: str, email: str) -> Callable[[], TestResponse]:
    body = {"username": username, "email": email, "password": PASSWORD}
    return partial(counter.post, "/api/register/", body)


def called(counter: Counter, email: str) -> int:
    """How many users have this address."""
    with counter.trial.database.reading() as connection:
        statement = select(func.count()).select_from(users).where(users.c.email == email)
        return int(connection.execute(statement).scalar_one())


def test_one_address_registered_100_times_at_once_is_one_user(counter: Counter) -> None:
    crowd = counter.trial.race_settings.client_count(HUNDRED)
    answers = counter.answers(
        [registering(counter, username=f"ravi{number}", email=RAVI) for number in range(crowd)]
    )
    assert statuses(answers) == {201: 1, 400: crowd - 1}
    refusals = [answer.get_json() for answer in answers if answer.status_code != 201]
    assert all(
        refusal["email"] == ["A user with that email already exists."] for refusal in refusals
    )
    assert called(counter, RAVI) == 1


def test_one_username_registered_at_once_is_one_user(counter: Counter) -> None:
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    answers = counter.answers(
        [
            registering(counter, username="ravi", email=f"ravi{number}@example.com")
            for number in range(crowd)
        ]
    )
    assert statuses(answers) == {201: 1, 400: crowd - 1}


def test_a_naive_look_before_registering_has_no_answer_for_whoever_comes_second(
    database: Database,
) -> None:
    """Negative control: who looks first is kept out by the constraint alone, with an error."""
    all_looked = Barrier(THREADS)

    def register_unless_known(number: int) -> bool:
        with database.reading() as connection:
            known = connection.scalar(select(exists().where(users.c.email_key == RAVI)))
        all_looked.wait(10)
        if known:
            return False
        with database.writing() as connection:
            connection.execute(insert(users).values(id=number, username=f"ravi{number}", **ravi))
            connection.commit()
        return True

    ravi = {
        "username_key": RAVI,
        "email": RAVI,
        "email_key": RAVI,
        "password_hash": "none",
        "first_name": "Ravi",
        "last_name": "",
        "role": "customer",
        "is_active": True,
        "created_at": NOON,
        "password_changed_at": NOON,
        "password_generation": 1,
        "version": 1,
    }
    outcomes = run_concurrently(
        [partial(register_unless_known, number) for number in range(THREADS)]
    )
    assert outcomes.count(True) == 1
    assert all(isinstance(error, IntegrityError) for error in errors_of(outcomes))
    assert outcomes.count(False) < THREADS - 1


def refreshing(counter: Counter, token: str) -> Callable[[], TestResponse]:
    return partial(counter.post, "/api/token/refresh/", {"refresh": token})


def assert_dead(counter: Counter, token: str) -> None:
    assert refreshing(counter, token)().status_code == 401


def test_one_refresh_token_used_20_times_at_once_gives_20_that_live(counter: Counter) -> None:
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    given = counter.answers([refreshing(counter, counter.asha.refresh)] * crowd)
    assert statuses(given) == {200: crowd}
    tokens = {answer.get_json()["refresh"] for answer in given}
    assert len(tokens) == crowd
    counter.trial.clock.move(hours=1)
    assert {refreshing(counter, token)().status_code for token in tokens} == {200}


def test_a_rotated_token_used_20_times_at_once_after_its_leeway_ends_the_family(
    counter: Counter,
) -> None:
    successor = refreshing(counter, counter.asha.refresh)().get_json()["refresh"]
    counter.trial.clock.move(seconds=11)
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    given = counter.answers([refreshing(counter, counter.asha.refresh)] * crowd)
    assert statuses(given) == {401: crowd}
    assert_dead(counter, successor)


def test_signing_out_wins_against_every_refresh(counter: Counter) -> None:
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    refresh = refreshing(counter, counter.asha.refresh)
    leave = partial(counter.post, "/api/token/blacklist/", {"refresh": counter.asha.refresh})
    given = counter.answers([*[refresh] * (crowd // 2), leave, *[refresh] * (crowd // 2)])
    assert set(statuses(given)) <= {200, 401}
    for answer in given:
        if "refresh" in (answer.get_json(silent=True) or {}):
            assert_dead(counter, answer.get_json()["refresh"])


def family_of(counter: Counter) -> tuple[int, str]:
    tokens = counter.trial.injector.get(Tokens)  # type: ignore[type-abstract]
    claims = tokens.read(counter.asha.refresh)
    return claims.family_id, claims.token_id


def test_a_naive_token_that_its_first_use_spends_throws_out_the_other_tabs(
    counter: Counter, database: Database
) -> None:
    """Negative control: a token deleted by its first use leaves all tabs but one outside."""
    _, token_id = family_of(counter)

    def spend() -> bool:
        with database.writing() as connection:
            spent = connection.execute(
                delete(refresh_tokens).where(refresh_tokens.c.id == token_id)
            ).rowcount
            connection.commit()
        return spent == 1

    outcomes = run_concurrently([spend] * AT_ONCE)
    assert Tally(outcomes) == {True: 1, False: AT_ONCE - 1}


def test_a_naive_rotation_that_reads_before_it_locks_loses_the_other_tabs(
    counter: Counter,
) -> None:
    """Negative control: decided on a read outside the lock, all writes but one are too late."""
    begin = counter.trial.injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    family_id, token_id = family_of(counter)
    all_read = Barrier(THREADS)

    def rotate(number: int) -> bool:
        with begin() as work:
            family = work.token_families.get_by_token(family_id, token_id)
        assert family is not None
        all_read.wait(10)
        at = counter.trial.clock.now()
        family.rotate(token_id, successor_id=f"tab-{number}", at=at, lifetime=WEEK, leeway=WEEK)
        try:
            with begin() as work:
                # Loaded anew only so that the repository knows what is stored.
                work.token_families.get_by_token(family_id, token_id)
                work.token_families.save(family)
                work.commit()
        except ConcurrentChange:
            return False
        return True

    outcomes = run_concurrently([partial(rotate, number) for number in range(THREADS)])
    assert Tally(outcomes) == {True: 1, False: THREADS - 1}


def assert_one_default(counter: Counter) -> None:
    entries = counter.asha.get("/api/addresses/").get_json()
    assert sum(entry["is_default"] for entry in entries) == 1


def test_one_default_address_whoever_comes_last(counter: Counter) -> None:
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    body = ADDRESS | {"is_default": True}
    add = partial(counter.post, "/api/addresses/", body, headers=counter.asha.headers)
    assert statuses(counter.answers([add] * crowd)) == {201: crowd}
    assert_one_default(counter)


def test_one_reset_link_used_at_once_sets_one_password(counter: Counter) -> None:
    register(counter.app.test_client(), "ravi")
    counter.post("/api/password-reset/", {"email": RAVI})
    counter.trial.work()
    (mail,) = (
        mail for mail in counter.trial.mailer.sent.values() if "/reset-password/" in mail.text
    )
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]
    crowd = counter.trial.race_settings.client_count(AT_ONCE)
    confirming = {
        password: partial(
            counter.post, "/api/password-reset/confirm/", {"token": token, "password": password}
        )
        for password in (f"lantern-{number}-by-the-lake" for number in range(crowd))
    }
    won: list[str] = []

    def confirm(password: str) -> TestResponse:
        answer = confirming[password]()
        if answer.status_code == 200:
            won.append(password)
        return answer

    answers = counter.answers([partial(confirm, password) for password in confirming])
    assert statuses(answers) == {200: 1, 400: crowd - 1}
    (password,) = won
    login = {"username": "ravi", "password": password}
    assert counter.post("/api/token/", login).status_code == 200
