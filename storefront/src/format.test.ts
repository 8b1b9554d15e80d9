import { expect, test, vi } from "vitest";

import { shop } from "./api/config";
import {
  attributeValue,
  count,
  dateTime,
  day,
  money,
  plural,
  total,
  toMinor,
  typedNumber,
} from "./format";
import { texts } from "./texts";

test("money is exact up to the largest price", () => {
  expect(money("9999999999.99", "INR")).toBe("₹9,99,99,99,999.99");
  expect(money("499.00", "INR")).toBe("₹499");
  expect(money("499.50", "INR")).toBe("₹499.50");
  expect(money("1500", "JPY")).toBe("JP¥1,500");
});

test("amounts are read as minor units", () => {
  expect(toMinor("9999999999.99")).toBe(999999999999n);
  expect(toMinor("0.05")).toBe(5n);
  expect(toMinor("1500")).toBe(1500n);
});

test("money has the decimals that the server sends", () => {
  expect(money("12.345", "KWD")).toBe("KWD\u00a012.345");
  expect(money("1499.50", "RSD")).toBe("RSD\u00a01,499.50");
});

test("totals are sums of minor units, not of floating-point numbers", () => {
  const lines = [
    { price: "0.10", quantity: 1 },
    { price: "0.20", quantity: 1 },
    { price: "9999999999.99", quantity: 10 },
  ];
  expect(total(lines)).toBe("100000000000.20");
  expect(total([{ price: "1500", quantity: 3 }])).toBe("4500");
  expect(total([{ price: "0.005", quantity: 2 }])).toBe("0.010");
});

test.each([
  ["Asia/Kolkata", "29 Nov 2026, 1:30 am"],
  ["Asia/Colombo", "29 Nov 2026, 1:30 am"],
  ["America/New_York", "29 Nov 2026, 1:30 am IST"],
])("a time is that of the shop for a browser in %s", (zone, shown) => {
  vi.stubEnv("TZ", zone);
  expect(dateTime("2026-11-28T20:00:00Z").replace(/\s/g, " ")).toBe(shown);
});

test("a browser that does not know the time zone of the shop shows its own", () => {
  vi.stubEnv("TZ", "Europe/Berlin");
  const { timezone } = shop;
  shop.timezone = "Europe/Newtown";
  expect(dateTime("2026-11-28T20:00:00Z").replace(/\s/g, " ")).toBe("28 Nov 2026, 9:00 pm GMT+1");
  shop.timezone = timezone;
});

test("a date is the same in every time zone", () => {
  vi.stubEnv("TZ", "Pacific/Honolulu");
  expect(day("2026-12-01")).toBe("Tue, 1 December");
});

test("counted words", () => {
  expect([plural(1, texts.common.items), plural(1200, texts.common.items)]).toEqual([
    "1 item",
    "1,200 items",
  ]);
});

test("estimates are rounded and named as such", () => {
  expect(count(1187, true)).toBe("about 1,200");
  expect(plural(123456, texts.common.products, true)).toBe("about 1,20,000 products");
});

test("a number is typed with the decimal sign of the language", () => {
  expect([" 12.5 ", "1,299"].map(typedNumber)).toEqual(["12.5", "1,299"]);
  const { locale } = shop;
  shop.locale = "de-DE";
  expect(["12,5", "12.5", "1.299,50"].map(typedNumber)).toEqual(["12.5", "12.5", "1.299,50"]);
  shop.locale = locale;
});

test("values of attributes have the numbers of the language, and their unit", () => {
  expect(attributeValue(1200.5, "W")).toBe("1,200.5\u00a0W");
  expect(attributeValue(0.0001, null)).toBe("0.0001");
  expect(attributeValue("Teak", null)).toBe("Teak");
  expect([attributeValue(true, null), attributeValue(false, null)]).toEqual(["Yes", "No"]);
});
