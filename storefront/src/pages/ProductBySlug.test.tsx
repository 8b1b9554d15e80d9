import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes, useLocation } from "react-router";
import { expect, test, vi } from "vitest";

import ProductBySlug from "./ProductBySlug";

function Address() {
  const { pathname, search } = useLocation();
  return pathname + search;
}

function show(response: Response) {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(response));
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={["/products/lamp?variant=9"]}>
        <Routes>
          <Route path="/products/:slug" element={<ProductBySlug />} />
          <Route path="/product/:id" element={<Address />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("the address of a product in a feed leads to its page and variant", async () => {
  show(Response.json({ id: 7 }));
  expect(await screen.findByText("/product/7?variant=9")).toBeDefined();
});

test("an unknown slug is a page that does not exist", async () => {
  show(Response.json({ code: "product_not_found" }, { status: 404 }));
  expect(await screen.findByText("There is no such page")).toBeDefined();
});
