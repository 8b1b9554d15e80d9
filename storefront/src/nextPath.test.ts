import { expect, test } from "vitest";

import { nextFrom, safePath, withNext } from "./nextPath";

test("sign-in leads to paths of this shop only", () => {
  expect(safePath("/cart?x=1")).toBe("/cart?x=1");
  for (const path of [
    null,
    "",
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
  ]) {
    expect(safePath(path)).toBe("/");
  }
});

test.each([
  ["/", "", "/sign-in"],
  ["/product/7", "?variant=70", "/sign-in?next=%2Fproduct%2F7%3Fvariant%3D70"],
  ["/sign-up", "?next=%2Fcheckout", "/sign-in?next=%2Fcheckout"],
  ["/sign-in", "?next=%2F%2Fevil.example", "/sign-in"],
  ["/reset-password/1/token", "", "/sign-in"],
  ["/verify-email/token", "", "/sign-in"],
  ["/orders/5", "?placed=1", "/sign-in"],
  ["/orders/link/token", "", "/sign-in?next=%2Forders%2Flink%2Ftoken"],
])("the link of the sign-in on %s%s is %s", (pathname, search, link) => {
  expect(withNext("/sign-in", nextFrom({ pathname, search }))).toBe(link);
});
