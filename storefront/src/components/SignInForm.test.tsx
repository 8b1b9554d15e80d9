import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import { session } from "../api/session";
import { useSignIn } from "./SignInForm";
import { Toasts } from "./toasts";

function wrapper({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={new QueryClient()}>
      <Toasts>{children}</Toasts>
    </QueryClientProvider>
  );
}

test.each([
  ["is merged", 200, "", null],
  ["whose session has ended is forgotten", 400, "guest_token_not_valid", null],
  ["is kept while the shop is down", 503, "unavailable", "guest"],
])("the cart of a guest who signs in %s", async (_, status, code, kept) => {
  session.end();
  localStorage.setItem("novacart.guest", "guest");
  vi.stubGlobal("fetch", (input: RequestInfo | URL) =>
    Promise.resolve(
      input instanceof Request
        ? Response.json({ adjusted: [], code }, { status })
        : Response.json({ access: "user" }),
    ),
  );
  const { result } = renderHook(useSignIn, { wrapper });
  await act(async () => {
    expect(await result.current.start("asha", "secret")).toBe(true);
  });
  expect(session.guestToken).toBe(kept);
  const shown = screen.queryByText(/not available at the moment/);
  expect(shown === null).toBe(kept === null);
});
