import { shop } from "./api/config";
import { texts } from "./texts";
import type { Plural } from "./texts/types";

const formats = new Map<string, Intl.NumberFormat>();

/** An amount of the API, such as "1499.00", as a shopper reads it: ₹1,499. */
export function money(amount: string, currency: string = shop.currency): string {
  // Exact for any number of digits: Intl reads decimal strings without converting them.
  return moneyFormat(currency, decimals(amount)).format(amount as Intl.StringNumericLiteral);
}

/** An amount in minor units, such as 149900n for "1499.00". */
export function toMinor(amount: string): bigint {
  return BigInt(amount.replace(".", ""));
}

/** The total of prices times quantities. All prices have the same number of decimals. */
export function total(lines: readonly { price: string; quantity: number }[]): string {
  const sum = lines.reduce(
    (minor, line) => minor + toMinor(line.price) * BigInt(line.quantity),
    0n,
  );
  const digits = decimals(lines[0]?.price ?? "0");
  const text = sum.toString().padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The server decides: browsers differ from ISO 4217 for some currencies, such as RSD. */
function decimals(amount: string): number {
  return amount.split(".")[1]?.length ?? 0;
}

/** A date without a time, such as 2026-11-28. */
export function day(date: string): string {
  const options = { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(shop.locale, options).format(new Date(date));
}

/**
 * A time in the time zone of the shop, as in order numbers and e-mails. The name of the zone
 * follows if the shopper's clock shows another time.
 */
export function dateTime(time: string): string {
  const at = new Date(time);
  const zone = shopTimeZone();
  const shown = timeIn(zone, at);
  return zone && shown === timeIn(undefined, at) ? shown : `${shown}\u00a0${zoneName(zone, at)}`;
}

/** Undefined if the browser does not know the zone: formats then use that of the browser. */
function shopTimeZone(): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: shop.timezone });
    return shop.timezone;
  } catch {
    return undefined;
  }
}

function timeIn(timeZone: string | undefined, at: Date): string {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone } as const;
  return new Intl.DateTimeFormat(shop.locale, options).format(at);
}

function zoneName(timeZone: string | undefined, at: Date): string {
  const options = { timeZone, timeZoneName: "short" } as const;
  const parts = new Intl.DateTimeFormat(shop.locale, options).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** A number of things; an estimate of 1,187 is "about 1,200". */
export function count(value: number, isEstimate = false): string {
  if (!isEstimate) return new Intl.NumberFormat(shop.locale).format(value);
  const rounded = new Intl.NumberFormat(shop.locale, { maximumSignificantDigits: 2 });
  return texts.common.about(rounded.format(value));
}

/** A text with a number, by the plural rules of its language: "1 item", "2 items". */
export function plural(value: number, forms: Plural, isEstimate = false): string {
  const form = forms[new Intl.PluralRules(texts.language).select(value)] ?? forms.other;
  return form(count(value, isEstimate));
}

/** A number that was typed, with the decimal sign of the API: "12,5" in German is "12.5". */
export function typedNumber(text: string): string {
  const parts = new Intl.NumberFormat(shop.locale).formatToParts(0.5);
  const sign = parts.find(({ type }) => type === "decimal")?.value ?? ".";
  return text.includes(".") ? text.trim() : text.trim().replace(sign, ".");
}

/** A value of an attribute: "Yes", "Red", "1,200.5 W". */
export function attributeValue(value: string | number | boolean, unit: string | null): string {
  if (typeof value === "boolean") return value ? texts.common.yes : texts.common.no;
  if (typeof value === "string") return value;
  const number = new Intl.NumberFormat(shop.locale, { maximumFractionDigits: 4 }).format(value);
  // The space does not break.
  return unit ? `${number}\u00a0${unit}` : number;
}

function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const name = `${currency} ${digits}`;
  const known = formats.get(name);
  if (known) return known;
  const options = {
    style: "currency",
    currency,
    trailingZeroDisplay: "stripIfInteger",
  } as const;
  const usual = new Intl.NumberFormat(shop.locale, options);
  const hasAll = digits <= (usual.resolvedOptions().maximumFractionDigits ?? 0);
  const created = hasAll
    ? usual
    : new Intl.NumberFormat(shop.locale, { ...options, minimumFractionDigits: digits });
  formats.set(name, created);
  return created;
}
