import { afterEach, expect, test, vi } from "vitest";

import { shop } from "../api/config";
import { Problem, problemOf } from "../api/problem";
import schema from "../api/schema.d.ts?raw";
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

test("errors have texts by their code, not those of the API", async () => {
  const body = { code: "not_enough_in_stock", detail: "quantity > stock", available: 1 };
  expect(problemOf(body, response(409)).message).toBe("Only 1 in stock.");
  expect(problemOf({ ...body, available: 0 }, response(409)).message).toBe("Sold out.");
  await loadTexts("de");
  expect(problemOf(body, response(409)).message).toBe("Nur noch 1 verfügbar.");
  for (const code of ["new", "toString"]) {
    expect(problemOf({ code, detail: "New." }, response(409)).message).toBe(de.errors.unknown);
  }
});

test("each error that a request of the storefront can return has a text", () => {
  const sources: Record<string, string> = import.meta.glob("../**/*.{ts,tsx}", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const requests = Object.values(sources).flatMap((text) =>
    [...text.matchAll(/(?:api|catalog)\.([A-Z]+)\(\s*"([^"]+)"/g)].map(
      ([, method, path]) => `${method} ${path}`,
    ),
  );
  const codes = codesOf(schema);
  const possible = [...requests, ...OF_SESSION].flatMap((request) => codes.get(request) ?? []);
  expect(possible).toContain("wrong_credentials");
  const missing = new Set(possible.filter((code) => !(code in en.api.problems)));
  expect([...missing].filter((code) => !WITHOUT_TEXT.has(code))).toEqual([]);
});

test("invalid fields are described in the language of the texts", async () => {
  const errors = { email: ["Invalid."], colour: ["Invalid."] };
  const fields = () => new Problem(400, "invalid_value", "", { errors }).fields;
  expect(fields()).toEqual({ email: en.api.fields.email, colour: "Check this entry." });
  await loadTexts("de");
  expect(fields()).toEqual({
    email: de.api.fields.email,
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

/** Requests of `session.ts`. */
const OF_SESSION = ["token/", "token/refresh/", "token/blacklist/", "guest/session/"].map(
  (path) => `POST /api/${path}`,
);
/** Temporary errors have a text by their status; the others are errors of staff. */
const WITHOUT_TEXT = new Set([
  "too_many_requests",
  "too_many_renewals",
  "too_many_declines",
  "above_your_limit",
  "own_order",
  "partial_refund_needs_staff",
]);

/** The documented error codes of each request, such as "POST /api/cart/add/". */
function codesOf(types: string): Map<string, string[]> {
  const [paths = "", operations = ""] = types.split("export interface operations {");
  const byOperation = new Map(
    operations
      .split(/^ {4}(?=\w+: \{$)/m)
      .map((text) => [
        text.split(":")[0] ?? "",
        [...text.matchAll(/Codes: (.*)\./g)].flatMap(([, list = ""]) => list.match(/\w+/g) ?? []),
      ]),
  );
  const found = new Map<string, string[]>();
  for (const path of paths.split(/^ {4}(?="\/api\/)/m)) {
    for (const [, method = "", name = ""] of path.matchAll(/(\w+): operations\["(\w+)"\]/g)) {
      const request = `${method.toUpperCase()} ${path.split('"')[1] ?? ""}`;
      found.set(request, byOperation.get(name) ?? []);
    }
  }
  return found;
}

function textsOf(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value: unknown) => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? textsOf(value) : [];
  });
}
