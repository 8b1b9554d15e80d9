import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import OrderPage from "./OrderPage";

test.each([
  ["placed=1", null],
  // The browser comes back from the bank, which has declined the payment.
  ["paid=1&redirect_status=failed", null],
  ["", "{}"],
])("what a guest typed is forgotten when the order is placed: ?%s", (query, kept) => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  sessionStorage.setItem("novacart.checkout", "{}");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={[`/orders/9?${query}`]}>
        <Routes>
          <Route path="/orders/:id" element={<OrderPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  expect(sessionStorage.getItem("novacart.checkout")).toBe(kept);
});
