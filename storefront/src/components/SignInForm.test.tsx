import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import { session } from "../api/session";
import { useSignIn } from "./SignInForm";

function wrapper({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

test.each([
  ["is merged", 200, null],
  ["that is not valid is forgotten", 401, null],
  ["is kept while the shop is down", 503, "guest"],
])("the cart of a guest who signs in %s", async (_, status, kept) => {
  session.end();
  localStorage.setItem("novacart.guest", "guest");
  vi.stubGlobal("fetch", (input: RequestInfo | URL) =>
    Promise.resolve(
      input instanceof Request
        ? Response.json({ adjusted: [] }, { status })
        : Response.json({ access: "user" }),
    ),
  );
  const { result } = renderHook(useSignIn, { wrapper });
  await act(async () => {
    expect(await result.current.start("asha", "secret")).toBe(true);
  });
  expect(session.guestToken).toBe(kept);
});
