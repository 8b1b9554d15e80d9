import type { StripeError } from "@stripe/stripe-js";
import { expect, test, vi } from "vitest";

import { Problem } from "./api/problem";
import {
  type CardForm,
  forgetKey,
  forgetKeyAfter,
  idempotencyKey,
  type Intent,
  payByCard,
  stripeAmount,
  stripeResult,
} from "./payment";

test("a repeated request keeps its key, another request and a new attempt do not", () => {
  const key = idempotencyKey({ address: 1 });
  expect(idempotencyKey({ address: 1 })).toBe(key);
  expect(idempotencyKey({ address: 2 })).not.toBe(key);
  const second = idempotencyKey({ address: 1 });
  forgetKey();
  expect(idempotencyKey({ address: 1 })).not.toBe(second);
});

test("keys do not need https", () => {
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(10) });
  expect(idempotencyKey({ address: 3 })).toBe("0a".repeat(16));
});

test("a request whose result is not known keeps its key", () => {
  const key = idempotencyKey({ address: 1 });
  for (const [status, code] of [
    [0, "no_connection"],
    [429, "too_many_requests"],
    [503, "unknown"],
    [409, "request_in_progress"],
  ] as const) {
    forgetKeyAfter(new Problem(status, code, ""));
    expect(idempotencyKey({ address: 1 })).toBe(key);
  }
  forgetKeyAfter(new Problem(409, "out_of_stock", ""));
  expect(idempotencyKey({ address: 1 })).not.toBe(key);
});

test("the card form has the amount of the payment in Stripe's units", () => {
  expect(stripeAmount("1499.00", "INR")).toBe(149900);
  expect(stripeAmount("1499", "JPY")).toBe(1499);
  expect(stripeAmount("1499", "ISK")).toBe(149900);
  expect(stripeAmount("12.340", "KWD")).toBe(12340);
});

function stripeError(type: StripeError["type"], status?: string): StripeError {
  const intent = status === undefined ? {} : { payment_intent: { status } };
  return { type, message: "Your card was declined.", ...intent } as StripeError;
}

test("a payment that succeeded before is accepted", () => {
  for (const status of ["succeeded", "processing"]) {
    const error = stripeError("invalid_request_error", status);
    expect(stripeResult(error)).toEqual({ status: "accepted" });
  }
  expect(stripeResult(undefined)).toEqual({ status: "accepted" });
});

test("a payment whose result is not known is not declined", () => {
  for (const type of ["api_connection_error", "api_error"] as const) {
    expect(() => stripeResult(stripeError(type))).toThrow("did not answer");
  }
  const declined = stripeError("card_error", "requires_payment_method");
  expect(stripeResult(declined)).toEqual({
    status: "declined",
    message: "Your card was declined.",
  });
});

const INTENT = { order_id: 5, payment_intent_id: "pi_1" } as Intent;

test("no payment is opened before the card form is loaded and complete", async () => {
  const open = vi.fn(() => Promise.resolve(INTENT));
  const card: CardForm = {
    validate: () => Promise.resolve("Your card number is incomplete."),
    confirm: () => Promise.resolve({ status: "accepted" }),
  };
  await expect(payByCard(null, open)).rejects.toThrow("not loaded");
  await expect(payByCard(card, open)).rejects.toThrow("incomplete");
  expect(open).not.toHaveBeenCalled();
  await expect(payByCard({ ...card, validate: () => Promise.resolve(null) }, open)).resolves.toBe(
    INTENT,
  );
});
