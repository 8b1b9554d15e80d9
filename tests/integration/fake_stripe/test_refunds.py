"""Refunds (Stripe API: Refunds; docs: Refund and cancel payments)."""

import threading

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.support.fake_stripe import ControlRefused, FakeStripe
from tests.support.fake_stripe.fixtures import stripe_client


def charge_of(client: StripeClient, intent: str) -> stripe.Charge:
    charge_id = client.v1.payment_intents.retrieve(intent).latest_charge
    return client.v1.charges.retrieve(str(charge_id))


def test_partial_refunds_are_limited_by_the_unrefunded_amount(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)

    first = client.v1.refunds.create(
        {
            "payment_intent": intent,
            "amount": 10000,
            "reason": "requested_by_customer",
            "metadata": {"refund_id": "3"},
        }
    )
    assert first.id.startswith("re_")
    assert (first.status, first.amount, first.currency) == ("succeeded", 10000, "inr")
    assert first.payment_intent == intent
    assert first.reason == "requested_by_customer"
    with pytest.raises(stripe.InvalidRequestError) as over_limit:
        client.v1.refunds.create({"payment_intent": intent, "amount": 14101})
    assert over_limit.value.http_status == 400
    assert "Refund amount (₹141.01) is greater than unrefunded amount on charge (₹141.00)" in str(
        over_limit.value
    )

    rest = client.v1.refunds.create({"payment_intent": intent})

    assert rest.amount == 14100
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (True, 24100)
    refunds = client.v1.refunds.list({"payment_intent": intent})
    assert [refund.id for refund in refunds.data] == [rest.id, first.id]
    with pytest.raises(stripe.InvalidRequestError) as fully_refunded:
        client.v1.refunds.create({"payment_intent": intent})
    assert fully_refunded.value.code == "charge_already_refunded"
    assert f"Charge {charge.id} has already been refunded." in str(fully_refunded.value)


def test_refund_over_the_charge_is_400(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = paid_intent(client, fake_stripe)
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount") as error:
        client.v1.refunds.create({"payment_intent": intent, "amount": 24101})
    assert error.value.param == "amount"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"amount": 0},
        {"reason": "expired_uncaptured_charge"},
        {"payment_intent": "pi_unknown"},
        {"charge": "ch_unknown"},
        {"order": "7"},
    ],
)
def test_invalid_parameters_are_400(client: StripeClient, params: dict[str, object]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create(params)  # type: ignore[arg-type]
    assert error.value.http_status == 400


def test_unpaid_intent_cannot_be_refunded(client: StripeClient) -> None:
    intent = new_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_pending_refund_reserves_its_amount_until_it_succeeds(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)
    fake_stripe.set_refund_status("pending")
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 24000})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    with pytest.raises(stripe.InvalidRequestError, match="unrefunded amount"):
        client.v1.refunds.create({"payment_intent": intent, "amount": 101})
    truth = fake_stripe.ledger()["intents"][intent]
    assert (truth["refunded"], truth["refunds_pending"]) == (0, 24000)

    fake_stripe.settle_refund(refund.id)

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert fake_stripe.ledger()["intents"][intent]["refunded"] == 24000
    with pytest.raises(ControlRefused):
        fake_stripe.settle_refund(refund.id)


@pytest.mark.parametrize("initial_status", ["pending", "succeeded"])
def test_failed_refund_restores_the_unrefunded_amount(
    client: StripeClient, fake_stripe: FakeStripe, initial_status: str
) -> None:
    """Stripe docs: Refund and cancel payments, "Failed refunds"."""
    intent = paid_intent(client, fake_stripe)
    fake_stripe.set_refund_status(initial_status)
    refund = client.v1.refunds.create({"payment_intent": intent})
    assert client.v1.balance.retrieve().available[0].amount == 0

    fake_stripe.fail_refund(refund.id, "lost_or_stolen_card")

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert failed.failure_balance_transaction is not None
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert client.v1.balance.retrieve().available[0].amount == 24100
    with pytest.raises(ControlRefused):
        fake_stripe.fail_refund(refund.id)
    assert client.v1.balance.retrieve().available[0].amount == 24100
    fake_stripe.set_refund_status("succeeded")
    assert client.v1.refunds.create({"payment_intent": intent}).amount == 24100


def test_only_refund_with_required_action_can_be_canceled(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    """Stripe API: Cancel a refund."""
    intent = paid_intent(client, fake_stripe)
    fake_stripe.set_refund_status("requires_action")
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 100})

    canceled = client.v1.refunds.cancel(refund.id)

    assert (canceled.status, canceled.failure_reason) == ("canceled", "merchant_request")
    assert charge_of(client, intent).amount_refunded == 0
    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        client.v1.refunds.cancel(refund.id)


def test_dashboard_refund_is_listed(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent, other = paid_intent(client, fake_stripe), paid_intent(client, fake_stripe)
    fake_stripe.refund(other)

    fake_stripe.refund(intent, 500, reason="duplicate")

    listed = client.v1.refunds.list({"payment_intent": intent})
    assert [(refund.amount, refund.reason) for refund in listed.data] == [(500, "duplicate")]


def test_balance_is_captures_less_refunds_and_disputes(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    paid = paid_intent(client, fake_stripe, 1000)
    disputed = paid_intent(client, fake_stripe, 300)
    fake_stripe.refund(paid, 100)
    dispute = fake_stripe.open_dispute(disputed)
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create({"payment_intent": disputed})
    assert error.value.code == "charge_disputed"
    assert client.v1.balance.retrieve().available[0].amount == 900
    assert fake_stripe.ledger()["totals"]["inr"] == {
        "captured": 1300,
        "refunded": 100,
        "refunds_pending": 0,
        "disputed": 300,
        "balance": 900,
    }

    fake_stripe.submit_evidence(dispute["id"])
    fake_stripe.close_dispute(dispute["id"], won=True)

    assert client.v1.disputes.retrieve(dispute["id"]).status == "won"
    assert client.v1.balance.retrieve().available[0].amount == 1200
    assert client.v1.refunds.create({"payment_intent": disputed}).amount == 300
    amounts = [txn.amount for txn in client.v1.balance_transactions.list().data]
    assert amounts == [-300, 300, -300, -100, 300, 1000]


def test_concurrent_refunds_of_sixty_percent_make_one_refund(fake_stripe: FakeStripe) -> None:
    intent = paid_intent(stripe_client(fake_stripe.url), fake_stripe, 1000)
    ready = threading.Barrier(50)
    errors: list[str] = []

    def refund() -> None:
        client = stripe_client(fake_stripe.url)
        ready.wait()
        try:
            client.v1.refunds.create({"payment_intent": intent, "amount": 600})
        except stripe.InvalidRequestError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=refund) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(errors) == 49
    assert fake_stripe.ledger()["intents"][intent]["refunded"] == 600
