import { lazy, type Ref, Suspense } from "react";

import { shop } from "../api/config";
import type { CardForm } from "../payment";
import { texts } from "../texts";
import { SandboxCard } from "./SandboxCard";
import { Alert, Loading } from "./ui";

const StripeCard = lazy(() => import("./StripeCard"));

/** The card form of the shop's payment provider. */
export function CardPayment({
  amount,
  currency,
  ref,
}: {
  amount: string;
  currency: string;
  ref: Ref<CardForm>;
}) {
  if (shop.card_payments === "sandbox") return <SandboxCard ref={ref} />;
  if (shop.card_payments === "none") {
    return (
      <Alert kind="warn">
        <p>{texts.card.noCards}</p>
      </Alert>
    );
  }
  return (
    <Suspense fallback={<Loading label={texts.card.loading} />}>
      <StripeCard ref={ref} amount={amount} currency={currency} />
    </Suspense>
  );
}
