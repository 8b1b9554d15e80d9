/**
 * Small values that this browser keeps: recently seen products, the prices in the cart, and what a
 * guest has typed at the checkout.
 */

import { stored, storedInTab } from "../storage";

const SEEN = "novacart.seen";
const MOST_SEEN = 12;

export function seenProducts(): number[] {
  const ids = stored.read(SEEN);
  return Array.isArray(ids) ? ids.filter((id): id is number => Number.isSafeInteger(id)) : [];
}

export function rememberProduct(id: number): void {
  const others = seenProducts().filter((seen) => seen !== id);
  stored.write(SEEN, [id, ...others].slice(0, MOST_SEEN));
}

const PRICES = "novacart.prices";

/** The prices that the shopper saw when a variant was put into the cart, by variant. */
export function seenPrices(): Record<string, string> {
  const prices = stored.read(PRICES);
  return typeof prices === "object" && prices !== null ? (prices as Record<string, string>) : {};
}

export function rememberPrices(prices: Record<string, string>): void {
  stored.write(PRICES, prices);
}

const ADJUSTED = "novacart.adjusted";

/** An item of the cart whose quantity was reduced at sign-in; zero: it was removed. */
export interface Adjustment {
  title: string;
  requested: number;
  quantity: number;
}

export function adjustments(): Adjustment[] {
  const items = storedInTab.read(ADJUSTED);
  return Array.isArray(items) ? (items as Adjustment[]) : [];
}

export function rememberAdjustments(items: readonly Adjustment[]): void {
  storedInTab.write(ADJUSTED, items);
}

const TYPED = "novacart.checkout";

/** The fields of a guest at the checkout, by name. A reload keeps them until the order is placed. */
export function typedDetails(): Record<string, string> {
  const fields = storedInTab.read(TYPED);
  return typeof fields === "object" && fields !== null ? (fields as Record<string, string>) : {};
}

export function rememberTypedDetails(form: HTMLFormElement): void {
  storedInTab.write(TYPED, Object.fromEntries(new FormData(form)));
}

export function forgetTypedDetails(): void {
  storedInTab.remove(TYPED);
}
