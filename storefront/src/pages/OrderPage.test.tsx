import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import type { Order } from "../api/config";
import { orderQuery, ordersQuery } from "../api/queries";
import { Toasts } from "../components/toasts";
import OrderPage from "./OrderPage";
import Orders from "./Orders";
import PayOrder from "./PayOrder";

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

function unpaidOrder(left: number): Order {
  return {
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
}

function renderPages(order: Order, address: string) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queryClient.setQueryData(orderQuery(9).queryKey, order);
  queryClient.setQueryData(ordersQuery(1, "").queryKey, {
    count: 1,
    next: null,
    previous: null,
    results: [order],
  });
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={[address]}>
        <Toasts>
          <Routes>
            <Route path="/orders" element={<Orders />} />
            <Route path="/orders/:id" element={<OrderPage />} />
            <Route path="/orders/:id/pay" element={<PayOrder />} />
          </Routes>
        </Toasts>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test.each([
  ["/orders/9", /It is kept for you until/],
  ["/orders/9/pay", /^Pay by/],
  ["/orders", /^by /],
])("%s says that the time to pay is over when it is", async (address, before) => {
  vi.useFakeTimers();
  const fetch = vi.fn(() => new Promise(() => undefined));
  vi.stubGlobal("fetch", fetch);
  try {
    renderPages(unpaidOrder(60_000), address);
    expect(screen.getByText(before)).toBeDefined();
    await act(() => vi.advanceTimersByTimeAsync(59_000));
    expect(screen.getByText(before)).toBeDefined();
    expect(fetch).not.toHaveBeenCalled();
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(screen.getByText(/The time to pay is over\./)).toBeDefined();
    // The server may have cancelled it.
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    expect(fetch).toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test.each(["/orders/9", "/orders/9/pay", "/orders"])(
  "%s says that the time to pay was over when the page was opened",
  (address) => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    renderPages(unpaidOrder(-60_000), address);
    expect(screen.getByText(/The time to pay is over\./)).toBeDefined();
  },
);
