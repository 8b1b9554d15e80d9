"""Refunds (Stripe API: Refunds; docs: Refund and cancel payments)."""

import threading

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.support.fake_stripe import ControlRefused, FakeStripe
from tests.support.fake_stripe.fixtures import stripe_client


def charge_of(client: StripeClient, intent: str) -> stripe.Charge:
    expanded = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.refunds"]})
    assert isinstance(expanded.latest_charge, stripe.Charge)
    return expanded.latest_charge


def test_parts_may_be_refunded_until_nothing_is_left(
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
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        client.v1.refunds.create({"payment_intent": intent, "amount": 14101})
    assert too_much.value.http_status == 400
    assert "Refund amount (₹141.01) is greater than unrefunded amount on charge (₹141.00)" in str(
        too_much.value
    )

    rest = client.v1.refunds.create({"payment_intent": intent})

    assert rest.amount == 14100
    charge = charge_of(client, intent)
    assert (charge.refunded, charge.amount_refunded) == (True, 24100)
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [rest.id, first.id]
    with pytest.raises(stripe.InvalidRequestError) as nothing_left:
        client.v1.refunds.create({"payment_intent": intent})
    assert nothing_left.value.code == "charge_already_refunded"
    assert f"Charge {charge.id} has already been refunded." in str(nothing_left.value)


def test_more_than_the_charge_is_refused_in_its_own_words(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount") as error:
        client.v1.refunds.create({"payment_intent": intent, "amount": 24101})
    assert error.value.param == "amount"


def test_a_charge_may_be_named_instead_of_its_intent(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)
    refund = client.v1.refunds.create({"charge": charge_of(client, intent).id, "amount": 1})
    assert refund.payment_intent == intent


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
def test_bad_parameters_are_refused(client: StripeClient, params: dict[str, object]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create(params)  # type: ignore[arg-type]
    assert error.value.http_status == 400


def test_what_was_not_paid_cannot_be_refunded(client: StripeClient) -> None:
    intent = new_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_pending_refund_reserves_its_amount_and_then_succeeds(
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


@pytest.mark.parametrize("begins", ["pending", "succeeded"])
def test_a_refund_that_fails_restores_what_is_left(
    client: StripeClient, fake_stripe: FakeStripe, begins: str
) -> None:
    """Stripe docs: Refund and cancel payments, "Failed refunds"; success may be taken back."""
    intent = paid_intent(client, fake_stripe)
    fake_stripe.set_refund_status(begins)
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


def test_only_a_refund_that_waits_for_the_customer_can_be_canceled(
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


def test_a_refund_cannot_begin_at_its_end(fake_stripe: FakeStripe) -> None:
    with pytest.raises(ControlRefused):
        fake_stripe.set_refund_status("failed")


def test_metadata_is_all_that_can_be_changed(client: StripeClient, fake_stripe: FakeStripe) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid_intent(client, fake_stripe)})
    updated = client.v1.refunds.update(refund.id, {"metadata": {"order_id": "7"}})
    assert updated.metadata is not None
    assert updated.metadata.to_dict() == {"order_id": "7"}


def test_a_refund_in_the_dashboard_shows_in_the_list(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent, other = paid_intent(client, fake_stripe), paid_intent(client, fake_stripe)
    fake_stripe.refund(other)

    fake_stripe.refund(intent, 500, reason="duplicate")

    listed = client.v1.refunds.list({"payment_intent": intent})
    assert [(refund.amount, refund.reason) for refund in listed.data] == [(500, "duplicate")]


def test_the_balance_is_captures_less_refunds_and_disputes(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    kept = paid_intent(client, fake_stripe, 1000)
    disputed = paid_intent(client, fake_stripe, 300)
    fake_stripe.refund(kept, 100)
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


def test_of_fifty_refunds_of_60_percent_at_once_one_succeeds(fake_stripe: FakeStripe) -> None:
    intent = paid_intent(stripe_client(fake_stripe.url), fake_stripe, 1000)
    ready = threading.Barrier(50)
    refused: list[str] = []

    def ask() -> None:
        client = stripe_client(fake_stripe.url)
        ready.wait()
        try:
            client.v1.refunds.create({"payment_intent": intent, "amount": 600})
        except stripe.InvalidRequestError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 49
    assert fake_stripe.ledger()["intents"][intent]["refunded"] == 600
