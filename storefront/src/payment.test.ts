import { expect, test } from "vitest";

import { safePath } from "./pages/SignIn";
import { forgetKey, idempotencyKey } from "./payment";

test("a repeated request keeps its key, another request and a new attempt do not", () => {
  const key = idempotencyKey({ address: 1 });
  expect(idempotencyKey({ address: 1 })).toBe(key);
  expect(idempotencyKey({ address: 2 })).not.toBe(key);
  const second = idempotencyKey({ address: 1 });
  forgetKey();
  expect(idempotencyKey({ address: 1 })).not.toBe(second);
});

test("sign-in leads to paths of this shop only", () => {
  expect(safePath("/cart?x=1")).toBe("/cart?x=1");
  for (const path of [null, "", "https://evil.example", "//evil.example", "/\\evil.example"]) {
    expect(safePath(path)).toBe("/");
  }
});
