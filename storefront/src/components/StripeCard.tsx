import { Elements, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";
import { type Ref, useImperativeHandle, useState } from "react";

import { shop } from "../api/config";
import { toMinor } from "../format";
import type { CardForm } from "../payment";

// Stripe's script is loaded from Stripe, as it requires, and only where a card form is shown.
const stripe = loadStripe(shop.stripeKey);

/** Stripe's Payment Element. */
export default function StripeCard({
  amount,
  currency,
  ref,
}: {
  amount: string;
  currency: string;
  ref: Ref<CardForm>;
}) {
  const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return (
    <Elements
      stripe={stripe}
      options={{
        mode: "payment",
        amount: Number(toMinor(amount, currency)),
        currency: currency.toLowerCase(),
        appearance: { theme: isDark ? "night" : "stripe" },
      }}
    >
      <Fields ref={ref} />
    </Elements>
  );
}

function Fields({ ref }: { ref: Ref<CardForm> }) {
  const client = useStripe();
  const elements = useElements();
  const [isReady, setReady] = useState(false);
  useImperativeHandle(ref, () => ({
    validate: async () => {
      if (!elements || !isReady) return "The card form is not loaded yet.";
      const { error } = await elements.submit();
      return error ? (error.message ?? "Complete the card form.") : null;
    },
    confirm: async (intent) => {
      if (!client || !elements) throw new TypeError("Stripe is not loaded");
      const { error } = await client.confirmPayment({
        elements,
        clientSecret: intent.client_secret,
        // 3-D Secure may leave this page; the order's page shows the result.
        confirmParams: {
          return_url: new URL(`/orders/${intent.order_id}?paid=1`, window.location.origin).href,
        },
        redirect: "if_required",
      });
      return error
        ? { status: "declined", message: error.message ?? "Your card was declined." }
        : { status: "accepted" };
    },
  }));
  return <PaymentElement onReady={() => setReady(true)} />;
}
