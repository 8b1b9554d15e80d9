import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import type { Order } from "../api/config";
import { orderQuery } from "../api/queries";
import { Toasts } from "../components/toasts";
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

test.each([
  [60_000, /This order is not paid\. It is kept for you until/],
  [-60_000, /This order is not paid\. The time to pay is over\./],
])("an unpaid order says how long it is kept: %i ms", (left, text) => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const order: Order = {
    id: 9,
    number: "NC-20261122-7K3M9Q",
    status: "PENDING",
    payment_method: "ONLINE",
    payment_status: "PENDING",
    created_at: "2026-11-22T10:00:00Z",
    expires_at: new Date(Date.now() + left).toISOString(),
    estimated_delivery: "2026-11-29",
    paid_at: null,
    shipped_at: null,
    delivered_at: null,
    returned_at: null,
    carrier: null,
    tracking_number: null,
    items: [],
    address: null,
    currency: "INR",
    total_amount: "499.00",
    refunded_amount: "0.00",
  };
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queryClient.setQueryData(orderQuery(9).queryKey, order);
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={["/orders/9"]}>
        <Toasts>
          <Routes>
            <Route path="/orders/:id" element={<OrderPage />} />
          </Routes>
        </Toasts>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  expect(screen.getByText(text)).toBeDefined();
});
