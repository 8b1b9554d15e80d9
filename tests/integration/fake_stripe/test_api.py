"""Rules of all endpoints (Stripe API: Authentication, Pagination, Versioning)."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent
from tests.support.fake_stripe import FakeStripe
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.fixtures import API_KEY
from tests.support.fake_stripe.form import decode_form
from tests.support.fake_stripe.wire import API_VERSION


def get(
    server: FakeStripe, path: str, headers: dict[str, str]
) -> tuple[int, dict[str, str], dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=60)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    result = response.status, dict(response.getheaders()), json.loads(response.read())
    connection.close()
    return result


@pytest.mark.parametrize("key", ["", "pk_test_publishable", "sk_live_never"])
def test_missing_or_other_key_is_401(fake_stripe: FakeStripe, key: str) -> None:
    status, _, body = get(fake_stripe, "/v1/balance", {"Authorization": f"Bearer {key}"})
    assert status == 401
    assert not key or key not in json.dumps(body)


def test_responses_have_a_request_id_and_the_requested_version(
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


def test_unknown_url_is_404(fake_stripe: FakeStripe) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    status, _, body = get(fake_stripe, "/v1/unicorns", headers)
    assert status == 404
    assert "Unrecognized request URL (GET: /v1/unicorns)" in json.dumps(body)


def test_lists_are_paged_newest_first(client: StripeClient) -> None:
    ids = [new_intent(client).id for _ in range(5)][::-1]

    page = client.v1.payment_intents.list({"limit": 2})
    assert ([intent.id for intent in page.data], page.has_more) == (ids[:2], True)
    after = client.v1.payment_intents.list({"limit": 3, "starting_after": ids[1]})
    assert ([intent.id for intent in after.data], after.has_more) == (ids[2:], False)
    before = client.v1.payment_intents.list({"limit": 1, "ending_before": ids[2]})
    assert ([intent.id for intent in before.data], before.has_more) == ([ids[1]], True)
    assert [intent.id for intent in page.auto_paging_iter()] == ids


def test_lists_are_filtered_by_creation(client: StripeClient, fake_stripe: FakeStripe) -> None:
    fake_stripe.clock(-86_400)
    old = new_intent(client)
    fake_stripe.clock(0)
    new = new_intent(client)

    since = client.v1.payment_intents.list({"created": {"gt": old.created}})
    until = client.v1.payment_intents.list({"created": {"lte": old.created}})

    assert [intent.id for intent in since.data] == [new.id]
    assert [intent.id for intent in until.data] == [old.id]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 101},
        {"starting_after": "pi_unknown"},
        {"created": {"around": 1}},
        {"colour": "red"},
    ],
)
def test_invalid_list_parameters_are_400(client: StripeClient, params: dict[str, object]) -> None:
    new_intent(client)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.list(params)  # type: ignore[arg-type]


def test_form_names_nest_in_brackets() -> None:
    """Stripe API: Request bodies; list positions are optional."""
    form = "a=1&b[c][d]=2&types[]=x&types[]=y&list[0][id]=z&m[0]=&plus=%2B+%E2%82%B9"
    assert decode_form(form) == {
        "a": "1",
        "b": {"c": {"d": "2"}},
        "types": {"0": "x", "1": "y"},
        "list": {"0": {"id": "z"}},
        "m": {"0": ""},
        "plus": "+ ₹",
    }


@pytest.mark.parametrize("form", ["a[b=1", "[a]=1", "a=1&a[b]=2"])
def test_malformed_form_names_are_400(form: str) -> None:
    with pytest.raises(StripeError):
        decode_form(form)
