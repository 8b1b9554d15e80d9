import { afterEach, expect, test, vi } from "vitest";

import { shop } from "../api/config";
import { Problem, problemOf } from "../api/problem";
import { plural } from "../format";
import { loadTexts, texts } from ".";
import { de } from "./de";
import { en } from "./en";
import type { Plural } from "./types";

afterEach(() => loadTexts("en"));

test.each(["en-IN", "ja-JP", "ar"])("%s has English texts", async (locale) => {
  await loadTexts("de");
  await loadTexts(locale);
  expect(texts).toBe(en);
});

test.each(["de", "de-AT", "DE-ch"])("%s has German texts", async (locale) => {
  await loadTexts(locale);
  expect(texts).toBe(de);
});

test("plurals have the numbers of the locale and the forms of the texts", async () => {
  vi.spyOn(shop, "locale", "get").mockReturnValue("de-DE");
  const suggestions = (n: number) => plural(n, texts.search.suggestionCount);
  expect(plural(1, texts.common.items)).toBe("1 item");
  await loadTexts("de");
  expect([1, 2, 1200].map(suggestions)).toEqual([
    "1 Vorschlag",
    "2 Vorschläge",
    "1.200 Vorschläge",
  ]);
});

test("a language may have more forms than English", () => {
  vi.spyOn(Intl.PluralRules.prototype, "select").mockReturnValue("few");
  const forms: Plural = { one: () => "1", few: (n) => `${n} few`, other: (n) => `${n} others` };
  expect(plural(3, forms)).toBe("3 few");
  expect(plural(3, { other: (n) => `${n} others` })).toBe("3 others");
});

const response = (status: number) => new Response(null, { status });

test("errors of the API are in the language of the texts", async () => {
  const body = { code: "not_enough_in_stock", detail: "Only 1 in stock.", available: 1 };
  expect(problemOf(body, response(409)).message).toBe("Only 1 in stock.");
  await loadTexts("de");
  expect(problemOf(body, response(409)).message).toBe("Nur noch 1 verfügbar.");
  expect(problemOf({ code: "new", detail: "New." }, response(409)).message).toBe("New.");
  expect(problemOf({ code: "toString", detail: "New." }, response(409)).message).toBe("New.");
});

test("invalid fields are described in the language of the texts", async () => {
  const errors = { email: ["Invalid."], colour: ["Invalid."] };
  const fields = () => new Problem(400, "invalid_value", "", { errors }).fields;
  expect(fields()).toEqual({ email: "Invalid.", colour: "Invalid." });
  await loadTexts("de");
  expect(fields()).toEqual({
    email: de.api?.fields.email,
    colour: "Prüfen Sie diese Angabe.",
  });
  const taken = new Problem(400, "username_taken", "", { errors: { username: ["Taken."] } });
  expect(taken.fields).toEqual({ username: "Dieser Benutzername ist schon vergeben." });
});

test("no text of a language is empty, or English by mistake", () => {
  const same = new Set(["OK", "NC-…", "Code", "Name", "Filter"]);
  expect(textsOf(de).every((text) => text.trim() !== "")).toBe(true);
  const english = new Set(textsOf(en).filter((text) => !same.has(text)));
  expect(textsOf(de).filter((text) => english.has(text))).toEqual([]);
});

function textsOf(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value: unknown) => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? textsOf(value) : [];
  });
}
