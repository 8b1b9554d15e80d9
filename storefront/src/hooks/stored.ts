/** Small values that this browser keeps: recently seen products and the prices in the cart. */

const SEEN = "novacart.seen";
const MOST_SEEN = 12;

export function seenProducts(): number[] {
  const ids = read(localStorage, SEEN);
  return Array.isArray(ids) ? ids.filter((id): id is number => Number.isSafeInteger(id)) : [];
}

export function rememberProduct(id: number): void {
  const others = seenProducts().filter((seen) => seen !== id);
  write(localStorage, SEEN, [id, ...others].slice(0, MOST_SEEN));
}

const PRICES = "novacart.prices";

/** The prices that the shopper saw when a variant was put into the cart, by variant. */
export function seenPrices(): Record<string, string> {
  const prices = read(localStorage, PRICES);
  return typeof prices === "object" && prices !== null ? (prices as Record<string, string>) : {};
}

export function rememberPrices(prices: Record<string, string>): void {
  write(localStorage, PRICES, prices);
}

const ADJUSTED = "novacart.adjusted";

/** An item of the cart whose quantity was reduced at sign-in; zero: it was removed. */
export interface Adjustment {
  title: string;
  requested: number;
  quantity: number;
}

export function adjustments(): Adjustment[] {
  const items = read(sessionStorage, ADJUSTED);
  return Array.isArray(items) ? (items as Adjustment[]) : [];
}

export function rememberAdjustments(items: readonly Adjustment[]): void {
  write(sessionStorage, ADJUSTED, items);
}

export function read(storage: Storage, name: string): unknown {
  try {
    return JSON.parse(storage.getItem(name) ?? "null") as unknown;
  } catch {
    return null;
  }
}

export function write(storage: Storage, name: string, value: unknown): void {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage is full or blocked; nothing depends on it.
  }
}
