"""Races over e-mail addresses, refresh tokens, reset links and the default address."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from novacart.adapters.persistence.accounts.tables import refresh_tokens, token_families, users
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.accounts import register
from tests.support.builders.accounts import PASSWORD, SESSION, WEEK, a_family
from tests.support.builders.ordering import NOON
from tests.support.checkout import ADDRESS
from tests.support.http_client import HttpClient
from tests.support.races import THREADS, errors_of, run_concurrently

TWENTY = 20
HUNDRED = 100
RAVI = "ravi@example.com"


def statuses(responses: Sequence[TestResponse]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


def registration(http: HttpClient, *, username: str, email: str) -> Callable[[], TestResponse]:
    body = {"username": username, "email": email, "password": PASSWORD}
    return partial(http.post, "/api/register/", body)


def count_users(http: HttpClient, email: str) -> int:
    with http.race.database.reading() as connection:
        statement = select(func.count()).select_from(users).where(users.c.email == email)
        return int(connection.execute(statement).scalar_one())


def test_concurrent_registrations_with_one_email_create_one_user(http: HttpClient) -> None:
    count = http.race.timing.limit(HUNDRED)
    responses = http.send_concurrently(
        [registration(http, username=f"ravi{number}", email=RAVI) for number in range(count)]
    )
    assert statuses(responses) == {201: 1, 400: count - 1}
    refusals = [response.get_json() for response in responses if response.status_code != 201]
    assert all(
        refusal["email"] == ["A user with that email already exists."] for refusal in refusals
    )
    assert count_users(http, RAVI) == 1


def test_concurrent_registrations_with_one_username_create_one_user(http: HttpClient) -> None:
    count = http.race.timing.limit(TWENTY)
    responses = http.send_concurrently(
        [
            registration(http, username="ravi", email=f"ravi{number}@example.com")
            for number in range(count)
        ]
    )
    assert statuses(responses) == {201: 1, 400: count - 1}


def test_naive_check_before_insert_raises_integrity_error(
    database: Database,
) -> None:
    """Negative control: a check outside the transaction leaves only the UNIQUE constraint."""
    all_checked = Barrier(THREADS)

    def register_unless_known(number: int) -> bool:
        with database.reading() as connection:
            known = connection.scalar(select(exists().where(users.c.email_key == RAVI)))
        all_checked.wait(60)
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


def refresh_request(http: HttpClient, token: str) -> Callable[[], TestResponse]:
    return partial(http.post, "/api/token/refresh/", {"refresh": token})


def assert_revoked(http: HttpClient, token: str) -> None:
    assert refresh_request(http, token)().status_code == 401


def test_concurrent_refreshes_with_one_token_all_get_valid_tokens(http: HttpClient) -> None:
    count = http.race.timing.limit(TWENTY)
    responses = http.send_concurrently([refresh_request(http, http.customer.refresh)] * count)
    assert statuses(responses) == {200: count}
    tokens = {response.get_json()["refresh"] for response in responses}
    assert len(tokens) == count
    http.race.clock.move(hours=1)
    assert {refresh_request(http, token)().status_code for token in tokens} == {200}


def test_concurrent_reuse_of_rotated_token_after_leeway_revokes_family(
    http: HttpClient,
) -> None:
    successor = refresh_request(http, http.customer.refresh)().get_json()["refresh"]
    http.race.clock.move(seconds=11)
    count = http.race.timing.limit(TWENTY)
    responses = http.send_concurrently([refresh_request(http, http.customer.refresh)] * count)
    assert statuses(responses) == {401: count}
    assert_revoked(http, successor)


def test_sign_out_revokes_tokens_of_concurrent_refreshes(http: HttpClient) -> None:
    count = http.race.timing.limit(TWENTY)
    refresh = refresh_request(http, http.customer.refresh)
    sign_out = partial(http.post, "/api/token/blacklist/", {"refresh": http.customer.refresh})
    responses = http.send_concurrently(
        [*[refresh] * (count // 2), sign_out, *[refresh] * (count // 2)]
    )
    assert set(statuses(responses)) <= {200, 401}
    for response in responses:
        if "refresh" in (response.get_json(silent=True) or {}):
            assert_revoked(http, response.get_json()["refresh"])


def family_of(http: HttpClient) -> tuple[int, str]:
    tokens = http.race.injector.get(Tokens)  # type: ignore[type-abstract]
    claims = tokens.read(http.customer.refresh)
    return claims.family_id, claims.token_id


def test_naive_single_use_token_signs_out_other_tabs(http: HttpClient, database: Database) -> None:
    """Negative control: a token deleted by its first use signs out all other tabs."""
    _, token_id = family_of(http)

    def spend() -> bool:
        with database.writing() as connection:
            spent = connection.execute(
                delete(refresh_tokens).where(refresh_tokens.c.id == token_id)
            ).rowcount
            connection.commit()
        return spent == 1

    outcomes = run_concurrently([spend] * TWENTY)
    assert Counter(outcomes) == {True: 1, False: TWENTY - 1}


def test_naive_rotation_of_unlocked_read_conflicts(
    http: HttpClient,
) -> None:
    """Negative control: of rotations based on a read without a lock, one is saved."""
    begin = http.race.injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    family_id, token_id = family_of(http)
    all_read = Barrier(THREADS)

    def rotate(number: int) -> bool:
        with begin() as work:
            family = work.token_families.get_by_token(family_id, token_id)
        assert family is not None
        all_read.wait(60)
        at = http.race.clock.now()
        family.rotate(
            token_id,
            successor_id=f"tab-{number}",
            at=at,
            lifetime=WEEK,
            leeway=WEEK,
            session_lifetime=SESSION,
        )
        try:
            with begin() as work:
                # The repository only saves what it has loaded.
                work.token_families.get_by_token(family_id, token_id)
                work.token_families.save(family)
                work.commit()
        except ConcurrentChange:
            return False
        return True

    outcomes = run_concurrently([partial(rotate, number) for number in range(THREADS)])
    assert Counter(outcomes) == {True: 1, False: THREADS - 1}


def test_concurrent_sign_ins_do_not_exceed_the_bound_on_sessions(http: HttpClient) -> None:
    begin = http.race.injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    user_id = user_of(http)

    def start_session(number: int) -> None:
        at = http.race.clock.now()
        with begin() as work:
            work.token_families.end_oldest(user_id, keep=2, at=at)
            family_id = work.ids.take()[0]
            family = a_family(family_id, user_id, token_id=f"token-{number}", at=at)
            work.token_families.add(family)
            work.commit()

    assert not errors_of(
        run_concurrently([partial(start_session, number) for number in range(THREADS)])
    )
    assert count_sessions(http, user_id) == 3


def test_naive_bound_on_sessions_is_exceeded(http: HttpClient) -> None:
    """Negative control: sign-ins that count the sessions before their transaction."""
    begin = http.race.injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    user_id = user_of(http)
    all_counted = Barrier(THREADS)

    def start_session(number: int) -> None:
        count = count_sessions(http, user_id)
        all_counted.wait(60)
        at = http.race.clock.now()
        if count < 3:
            with begin() as work:
                family_id = work.ids.take()[0]
                family = a_family(family_id, user_id, token_id=f"token-{number}", at=at)
                work.token_families.add(family)
                work.commit()

    run_concurrently([partial(start_session, number) for number in range(THREADS)])
    assert count_sessions(http, user_id) > 3


def user_of(http: HttpClient) -> UserId:
    tokens = http.race.injector.get(Tokens)  # type: ignore[type-abstract]
    return tokens.read(http.customer.refresh).user_id


def count_sessions(http: HttpClient, user_id: UserId) -> int:
    statement = (
        select(func.count())
        .select_from(token_families)
        .where(token_families.c.user_id == user_id, token_families.c.revoked_at.is_(None))
    )
    with http.race.database.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def assert_one_default(http: HttpClient) -> None:
    entries = http.customer.get("/api/addresses/").get_json()
    assert sum(entry["is_default"] for entry in entries) == 1


def test_concurrent_default_addresses_leave_one_default(http: HttpClient) -> None:
    count = http.race.timing.limit(TWENTY)
    body = ADDRESS | {"is_default": True}
    add = partial(http.post, "/api/addresses/", body, headers=http.customer.headers)
    assert statuses(http.send_concurrently([add] * count)) == {201: count}
    assert_one_default(http)


def test_concurrent_use_of_one_reset_link_sets_one_password(http: HttpClient) -> None:
    register(http.app.test_client(), "ravi")
    http.post("/api/password-reset/", {"email": RAVI})
    http.race.work()
    (mail,) = (mail for mail in http.race.mailer.sent.values() if "/reset-password/" in mail.text)
    token = mail.text.partition("/reset-password/")[2].split()[0].partition("/")[2]
    count = http.race.timing.limit(TWENTY)
    confirming = {
        password: partial(
            http.post, "/api/password-reset/confirm/", {"token": token, "password": password}
        )
        for password in (f"lantern-{number}-by-the-lake" for number in range(count))
    }
    succeeded: list[str] = []

    def confirm(password: str) -> TestResponse:
        response = confirming[password]()
        if response.status_code == 200:
            succeeded.append(password)
        return response

    responses = http.send_concurrently([partial(confirm, password) for password in confirming])
    assert statuses(responses) == {200: 1, 400: count - 1}
    (password,) = succeeded
    login = {"username": "ravi", "password": password}
    assert http.post("/api/token/", login).status_code == 200
