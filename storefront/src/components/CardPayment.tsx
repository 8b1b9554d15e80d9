import { lazy, type Ref, Suspense } from "react";

import { shop } from "../api/config";
import type { CardForm } from "../payment";
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
  if (shop.cardPayments === "sandbox") return <SandboxCard ref={ref} />;
  if (shop.cardPayments === "none") {
    return (
      <Alert kind="warn">
        <p>Cards can’t be accepted at the moment. Choose another way to pay.</p>
      </Alert>
    );
  }
  return (
    <Suspense fallback={<Loading label="Loading the card form …" />}>
      <StripeCard ref={ref} amount={amount} currency={currency} />
    </Suspense>
  );
}
