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

const LAMP = {
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

/** Render the list at the address of the window, as after the document was loaded. */
function renderAtAddress() {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <BrowserRouter>
        <ProductList />
      </BrowserRouter>
    </QueryClientProvider>,
  );
}

test("the results of the filters have the price that was typed", async () => {
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(Response.json(new URL(url).pathname.endsWith("/facets/") ? FACETS : [])),
  );
  window.history.replaceState(null, "", "/search");
  renderAtAddress();
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
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/facets/")) return Promise.resolve(Response.json(FACETS));
    return Promise.resolve(Response.json(pathname.endsWith("/best-sellers/") ? [LAMP] : []));
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

test("a reload loads as many pages as were loaded before", async () => {
  const next: Record<string, string> = { "": "b", b: "c", c: "d" };
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/facets/")) return Promise.resolve(Response.json(FACETS));
    if (pathname !== "/api/products/") return Promise.resolve(Response.json([]));
    const cursor = searchParams.get("cursor") ?? "";
    const lamp = { ...LAMP, id: Object.keys(next).indexOf(cursor), title: `Lamp ${cursor}` };
    const headers = { Link: `</api/products/?cursor=${next[cursor]}>; rel="next"` };
    return Promise.resolve(Response.json([lamp], { headers }));
  });
  window.history.replaceState(null, "", "/search");
  const first = renderAtAddress();
  await userEvent.click(await screen.findByRole("button", { name: "Load more" }));
  await screen.findByRole("link", { name: "Lamp b" });
  await userEvent.click(screen.getByRole("button", { name: "Load more" }));
  await screen.findByRole("link", { name: "Lamp c" });
  first.unmount();

  renderAtAddress();
  await screen.findByRole("link", { name: "Lamp c" });
  expect(screen.getAllByRole("article")).toHaveLength(3);
});

test("sold-out products and those not on sale are listed as the address says", async () => {
  const requested: string[] = [];
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, search } = new URL(url);
    requested.push(pathname + search);
    return Promise.resolve(Response.json(pathname.endsWith("/facets/") ? FACETS : []));
  });
  window.history.replaceState(null, "", "/search?in_stock=false&on_sale=false");
  renderAtAddress();
  const soldOut = screen.getByRole("button", { name: /Sold out/ });
  expect(screen.getByRole("button", { name: /Not on sale/ })).toBeDefined();
  expect(requested).toContain("/api/products/?available=false&on_sale=false&limit=24");
  await userEvent.click(soldOut);
  expect(window.location.search).toBe("?on_sale=false");
});
