import { shop } from "./api/config";

const formats = new Map<string, Intl.NumberFormat>();

/** The digits after the decimal point of a currency, such as 2 for INR and 0 for JPY. */
export function currencyDigits(currency: string): number {
  return moneyFormat(currency).resolvedOptions().maximumFractionDigits ?? 0;
}

/** An amount of the API, such as "1499.00", as a shopper reads it: ₹1,499.00. */
export function money(amount: string, currency: string = shop.currency): string {
  // Exact for any number of digits: Intl reads decimal strings without converting them.
  return moneyFormat(currency).format(amount as Intl.StringNumericLiteral);
}

/** An amount in minor units, such as 149900 for "1499.00". */
export function toMinor(amount: string, currency: string = shop.currency): bigint {
  const digits = currencyDigits(currency);
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits));
}

export function fromMinor(minor: bigint, currency: string = shop.currency): string {
  const digits = currencyDigits(currency);
  if (digits === 0) return minor.toString();
  const text = minor.toString().padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The total of prices times quantities. */
export function total(
  lines: readonly { price: string; quantity: number }[],
  currency: string = shop.currency,
): string {
  const sum = lines.reduce(
    (minor, line) => minor + toMinor(line.price, currency) * BigInt(line.quantity),
    0n,
  );
  return fromMinor(sum, currency);
}

/** A date without a time, such as 2026-11-28. */
export function day(date: string): string {
  const options = { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(shop.locale, options).format(new Date(date));
}

export function dateTime(time: string): string {
  const options = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(shop.locale, options).format(new Date(time));
}

/** A number of things; an estimate of 1,187 is "about 1,200". */
export function count(value: number, isEstimate = false): string {
  if (!isEstimate) return new Intl.NumberFormat(shop.locale).format(value);
  const rounded = new Intl.NumberFormat(shop.locale, { maximumSignificantDigits: 2 });
  return `about ${rounded.format(value)}`;
}

/** "1 item", "2 items". */
export function plural(value: number, one: string, many: string, isEstimate = false): string {
  return `${count(value, isEstimate)} ${value === 1 ? one : many}`;
}

/** A value of an attribute: "Yes", "Red", "1,200.5 W". */
export function attributeValue(value: string | number | boolean, unit: string | null): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return value;
  const number = new Intl.NumberFormat(shop.locale, { maximumFractionDigits: 4 }).format(value);
  // The space does not break.
  return unit ? `${number}\u00a0${unit}` : number;
}

function moneyFormat(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const created = new Intl.NumberFormat(shop.locale, {
    style: "currency",
    currency,
    trailingZeroDisplay: "stripIfInteger",
  });
  formats.set(currency, created);
  return created;
}
