import { Elements, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { loadStripe } from "@stripe/stripe-js/pure";
import { useQuery } from "@tanstack/react-query";
import { type Ref, useImperativeHandle, useState } from "react";

import { shop } from "../api/config";
import { type CardForm, stripeAmount, stripeResult } from "../payment";
import { texts } from "../texts";
import { Alert, Button, Loading, ui } from "./ui";

/**
 * Stripe's Payment Element. Its script is loaded from Stripe, as Stripe requires, and only where a
 * card form is shown.
 */
export default function StripeCard({
  amount,
  currency,
  ref,
}: {
  amount: string;
  currency: string;
  ref: Ref<CardForm>;
}) {
  const stripe = useQuery({
    queryKey: ["stripe"],
    queryFn: () => loadStripe(shop.stripe_publishable_key, { locale: texts.language }),
    staleTime: Infinity,
    retry: false,
    structuralSharing: false,
  });
  const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  if (stripe.isError) return <NotLoaded onRetry={() => void stripe.refetch()} />;
  if (!stripe.data) return <Loading label={texts.card.loading} />;
  return (
    <Elements
      stripe={stripe.data}
      options={{
        mode: "payment",
        amount: stripeAmount(amount, currency),
        currency: currency.toLowerCase(),
        appearance: { theme: isDark ? "night" : "stripe" },
      }}
    >
      <Fields ref={ref} />
    </Elements>
  );
}

function NotLoaded({ onRetry }: { onRetry: () => void }) {
  return (
    <Alert>
      <p>{texts.card.notLoaded}</p>
      <Button variant="quiet" className={ui.compact} onClick={onRetry}>
        {texts.common.tryAgain}
      </Button>
    </Alert>
  );
}

function Fields({ ref }: { ref: Ref<CardForm> }) {
  const client = useStripe();
  const elements = useElements();
  const [state, setState] = useState<"loading" | "ready" | "failed">("loading");
  const [attempt, setAttempt] = useState(0);
  useImperativeHandle(ref, () => ({
    validate: async () => {
      if (!elements || state !== "ready") return texts.card.notLoadedYet;
      const { error } = await elements.submit();
      return error ? (error.message ?? texts.card.complete) : null;
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
      return stripeResult(error);
    },
  }));
  if (state === "failed") {
    return (
      <NotLoaded
        onRetry={() => {
          setAttempt((number) => number + 1);
          setState("loading");
        }}
      />
    );
  }
  return (
    <PaymentElement
      key={attempt}
      onReady={() => setState("ready")}
      onLoadError={() => setState("failed")}
    />
  );
}
