"""What all endpoints share (Stripe API: Authentication, Pagination, Expanding, Versioning)."""

import base64
import http.client
import json
from urllib.parse import urlsplit

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.support.fake_stripe import FakeStripe
from tests.support.fake_stripe.fixtures import API_KEY, stripe_client
from tests.support.fake_stripe.wire import API_VERSION


def get(
    server: FakeStripe, path: str, headers: dict[str, str]
) -> tuple[int, dict[str, str], dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    result = response.status, dict(response.getheaders()), json.loads(response.read())
    connection.close()
    return result


@pytest.mark.parametrize("key", ["", "pk_test_publishable", "sk_live_never"])
def test_a_missing_or_foreign_key_is_401(fake_stripe: FakeStripe, key: str) -> None:
    status, _, body = get(fake_stripe, "/v1/balance", {"Authorization": f"Bearer {key}"})
    assert status == 401
    assert not key or key not in json.dumps(body)


def test_the_library_sees_an_authentication_error(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url, key="pk_test_publishable")
    with pytest.raises(stripe.AuthenticationError):
        client.v1.balance.retrieve()


def test_basic_authentication_takes_the_key_as_user_name(fake_stripe: FakeStripe) -> None:
    credentials = base64.b64encode(f"{API_KEY}:".encode()).decode()
    status, _, body = get(fake_stripe, "/v1/balance", {"Authorization": f"Basic {credentials}"})
    assert (status, body["object"]) == (200, "balance")


def test_answers_carry_a_request_id_and_the_version(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    balance = client.v1.balance.retrieve()
    assert balance.last_response is not None
    assert balance.last_response.request_id is not None
    assert balance.last_response.request_id.startswith("req_")
    assert balance.last_response.headers["Stripe-Version"] == API_VERSION

    pinned: stripe.RequestOptions = {"stripe_version": "2025-03-31.basil"}
    older = client.v1.balance.retrieve(None, pinned)
    assert older.last_response is not None
    assert older.last_response.headers["Stripe-Version"] == "2025-03-31.basil"
    assert fake_stripe.requests()[-1]["stripe_version"] == "2025-03-31.basil"


def test_an_unknown_url_is_404(fake_stripe: FakeStripe) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    status, _, body = get(fake_stripe, "/v1/unicorns", headers)
    assert status == 404
    assert "Unrecognized request URL (GET: /v1/unicorns)" in json.dumps(body)


def test_lists_go_from_page_to_page_newest_first(client: StripeClient) -> None:
    ids = [new_intent(client).id for _ in range(5)][::-1]

    page = client.v1.payment_intents.list({"limit": 2})
    assert ([intent.id for intent in page.data], page.has_more) == (ids[:2], True)
    after = client.v1.payment_intents.list({"limit": 3, "starting_after": ids[1]})
    assert ([intent.id for intent in after.data], after.has_more) == (ids[2:], False)
    before = client.v1.payment_intents.list({"limit": 1, "ending_before": ids[2]})
    assert ([intent.id for intent in before.data], before.has_more) == ([ids[1]], True)
    assert [intent.id for intent in page.auto_paging_iter()] == ids


def test_lists_can_be_filtered_by_creation(client: StripeClient, fake_stripe: FakeStripe) -> None:
    fake_stripe.clock(-86_400)
    old = new_intent(client)
    fake_stripe.clock(0)
    new = new_intent(client)

    since = client.v1.payment_intents.list({"created": {"gt": old.created}})
    until = client.v1.payment_intents.list({"created": {"lte": old.created}})
    exactly = client.v1.payment_intents.list({"created": new.created})

    assert [intent.id for intent in since.data] == [new.id]
    assert [intent.id for intent in until.data] == [old.id]
    assert [intent.id for intent in exactly.data] == [new.id]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"starting_after": "pi_unknown"},
        {"created": "yesterday"},
        {"created": {"around": 1}},
        {"expand": ["data.colour"]},
        {"expand": ["a.b.c.d.e"]},
        {"colour": "red"},
    ],
)
def test_bad_list_parameters_are_refused(client: StripeClient, params: dict[str, object]) -> None:
    new_intent(client)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.list(params)  # type: ignore[arg-type]


def test_ids_expand_into_objects_in_lists_too(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)
    refund = client.v1.refunds.create(
        {"payment_intent": intent, "expand": ["charge.balance_transaction", "payment_intent"]}
    )
    assert isinstance(refund.charge, stripe.Charge)
    assert isinstance(refund.charge.balance_transaction, stripe.BalanceTransaction)
    assert isinstance(refund.payment_intent, stripe.PaymentIntent)

    (listed,) = client.v1.payment_intents.list({"expand": ["data.latest_charge"]}).data

    assert isinstance(listed.latest_charge, stripe.Charge)
    assert listed.latest_charge.amount_refunded == 24100


def test_requests_are_logged_with_key_and_parameters(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    client.v1.payment_intents.create(
        {"amount": 1, "currency": "inr", "metadata": {"order_id": "7"}},
        {"idempotency_key": "order-7"},
    )
    (call,) = fake_stripe.requests()
    assert (call["method"], call["path"], call["status"]) == ("POST", "/v1/payment_intents", 200)
    assert call["idempotency_key"] == "order-7"
    assert call["parameters"]["metadata"] == {"order_id": "7"}
    assert API_KEY not in json.dumps(call)


def test_a_reset_forgets_all_of_it(client: StripeClient, fake_stripe: FakeStripe) -> None:
    paid_intent(client, fake_stripe)
    fake_stripe.fault("reset")
    fake_stripe.delivery("drop")

    fake_stripe.reset()

    assert fake_stripe.ledger() == {"intents": {}, "totals": {}}
    assert (fake_stripe.requests(), fake_stripe.events()) == ([], [])
    assert fake_stripe.remaining_faults() == 0
    new_intent(client)
