import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { BrowserRouter, MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import { ProductList } from "./ProductList";

const FACETS = {
  count: 0,
  estimated: [],
  categories: [],
  brands: [],
  attributes: [],
  price: { min_price: "1.00", max_price: "9.00" },
  available: 0,
  on_sale: 0,
};

test("the results of the filters have the price that was typed", async () => {
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(Response.json(new URL(url).pathname.endsWith("/facets/") ? FACETS : [])),
  );
  window.history.replaceState(null, "", "/search");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <BrowserRouter>
        <ProductList />
      </BrowserRouter>
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Filter" }));
  const dialog = screen.getByRole<HTMLDialogElement>("dialog");
  const upTo = within(dialog).getByLabelText("Up to");
  const showResults = within(dialog).getByRole("button", { name: "Show results" });
  await userEvent.type(upTo, "cheap");
  await userEvent.click(showResults);
  expect(dialog.open).toBe(true);
  expect(within(dialog).getByRole("alert").textContent).toMatch("Enter numbers");
  await userEvent.clear(upTo);
  await userEvent.type(upTo, "5");
  await userEvent.click(showResults);
  expect(dialog.open).toBe(false);
  expect(window.location.search).toBe("?max_price=5");
});

test("a category whose name can't be loaded is not named as all products", async () => {
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/facets/")) return Promise.resolve(Response.json(FACETS));
    const status = pathname === "/api/categories/" ? 500 : 200;
    return Promise.resolve(Response.json([], { status }));
  });
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
    >
      <MemoryRouter initialEntries={["/category/lamps"]}>
        <Routes>
          <Route path="/category/:slug" element={<ProductList />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  expect(await screen.findByRole("alert")).toBeDefined();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Products");
});

test("a search without results offers the best sellers", async () => {
  const lamp = {
    id: 7,
    title: "Lamp",
    subtitle: "",
    image: null,
    image_srcset: null,
    price: "499.00",
    compare_at_price: null,
    lowest_price_30_days: null,
    currency: "INR",
    available: true,
    stock: 5,
    has_options: false,
  };
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/facets/")) return Promise.resolve(Response.json(FACETS));
    return Promise.resolve(Response.json(pathname.endsWith("/best-sellers/") ? [lamp] : []));
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={["/search?search=keetle"]}>
        <ProductList />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  expect(await screen.findByText(/No product matches “keetle”/)).toBeDefined();
  const bestSellers = await screen.findByRole("region", { name: "Best sellers" });
  expect(within(bestSellers).getByRole("link", { name: "Lamp" })).toBeDefined();
});
