import type { StripeError } from "@stripe/stripe-js";

import { api, data } from "./api/client";
import { Problem } from "./api/problem";
import type { components } from "./api/schema";
import type { AddressValues } from "./components/AddressForm";
import { toMinor } from "./format";
import { storedInTab } from "./storage";
import { texts } from "./texts";

export type Intent = components["schemas"]["PaymentIntent"];

export type PaymentResult = { status: "accepted" } | { status: "declined"; message: string };

/** The card form of a payment provider. */
export interface CardForm {
  /** The first error of the fields, which it also shows. Null if they are complete. */
  validate: () => Promise<string | null>;
  confirm: (intent: Intent) => Promise<PaymentResult>;
}

// Stripe docs, "Currencies": without decimals, but counted in hundredths.
const IN_HUNDREDTHS = ["ISK", "UGX"];

/** An amount in Stripe's units. */
export function stripeAmount(amount: string, currency: string): number {
  const minor = Number(toMinor(amount));
  return IN_HUNDREDTHS.includes(currency) ? minor * 100 : minor;
}

/**
 * The result of Stripe's `confirmPayment`, which also returns an error for a payment that succeeded
 * before. Throws `Problem` if the result is unknown.
 */
export function stripeResult(error: StripeError | undefined): PaymentResult {
  const status = error?.payment_intent?.status;
  if (!error || status === "succeeded" || status === "processing") return { status: "accepted" };
  if (error.type === "api_connection_error" || error.type === "api_error") {
    throw new Problem(0, "no_connection", texts.card.noAnswer);
  }
  return { status: "declined", message: error.message ?? texts.card.declined };
}

const KEYS = "novacart.idempotency";

/**
 * The Idempotency-Key of a request. The same request has the same key until `forgetKey`, also
 * after a reload, so that a repetition never places a second order.
 */
export function idempotencyKey(request: unknown): string {
  const name = JSON.stringify(request);
  const known = knownKeys();
  const key = known[name] ?? newKey();
  storedInTab.write(KEYS, { [name]: key });
  return key;
}

/** A random key of 128 bits. `randomUUID` does not exist for sites without https. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The next request is a new one: the last was completed or refused. */
export function forgetKey(): void {
  storedInTab.remove(KEYS);
}

/** The next request is a new one if this problem refuses the last, whose result is then known. */
export function forgetKeyAfter(problem: Problem): void {
  if (!problem.isTemporary && problem.code !== "request_in_progress") forgetKey();
}

function knownKeys(): Record<string, string> {
  const keys = storedInTab.read(KEYS);
  return typeof keys === "object" && keys !== null ? (keys as Record<string, string>) : {};
}

/** Where an order is sent: an address of the user, or what a guest has entered. */
export type Destination = { address_id: number } | { email: string; address: AddressValues };

/** Start the payment of the cart or of an order. */
export function openPayment(
  body: (Destination & { expected_total: string }) | { order_id: number },
  cart: unknown = null,
): Promise<Intent> {
  const key = idempotencyKey([body, cart]);
  return data(
    api.POST("/api/payments/payment-intent/", {
      params: { header: { "Idempotency-Key": key } },
      body,
    }),
  );
}

/** Pay by the card form. Opens the payment if the fields are complete. Throws `Problem`. */
export async function payByCard(
  card: CardForm | null,
  open: () => Promise<Intent>,
): Promise<Intent> {
  const invalid = card ? await card.validate() : texts.card.notLoadedYet;
  if (card === null || invalid) throw new Problem(400, "card_incomplete", invalid ?? "");
  const intent = await open();
  const result = await card.confirm(intent);
  if (result.status === "declined") throw new Problem(402, "payment_declined", result.message);
  return intent;
}
