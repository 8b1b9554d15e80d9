import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import { categoriesQuery, productQuery } from "../api/queries";
import { session } from "../api/session";
import { Toasts } from "../components/toasts";
import { ProductPage } from "./ProductPage";

const LAMPS = { id: 3, name: "Lamps", slug: "lamps", parent: null, breadcrumbs: [] };
const LAMP = {
  id: 7,
  title: "Lamp",
  brand: "Lamp",
  category: LAMPS.id,
  price: "400.00",
  currency: "INR",
  available: true,
  images: [],
  options: [],
  variants: [],
  attributes: [],
  tags: [],
};

test("related products that fail are loaded again", async () => {
  let isUp = false;
  vi.stubGlobal("fetch", () =>
    Promise.resolve(
      Response.json([LAMP, { ...LAMP, id: 8, title: "Lantern" }], { status: isUp ? 200 : 500 }),
    ),
  );
  const queryClient = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Infinity } },
  });
  queryClient.setQueryData(productQuery(LAMP.id).queryKey, LAMP as never);
  queryClient.setQueryData(categoriesQuery.queryKey, [LAMPS] as never);
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={["/product/7"]}>
        <Routes>
          <Route path="/product/:id" element={<ProductPage />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const related = within(screen.getByRole("region", { name: "More from Lamps" }));
  const retry = await related.findByRole("button", { name: "Try again" });
  isUp = true;
  await userEvent.click(retry);
  const shown = await screen.findByRole("list", { name: "More from Lamps" });
  expect(
    within(shown)
      .getAllByRole("link")
      .map(({ textContent }) => textContent),
  ).toEqual(["Lantern"]);
});

test("a double click adds the product to the cart once", async () => {
  const added: Request[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.url.endsWith("/api/cart/add/")) added.push(request);
    return Promise.resolve(Response.json(request.method === "POST" ? { message: "" } : []));
  });
  session.keepToken("token");
  const variant = { id: 70, is_default: true, stock: 5, price: LAMP.price, values: [], images: [] };
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queryClient.setQueryData(productQuery(LAMP.id).queryKey, {
    ...LAMP,
    variants: [variant],
  } as never);
  queryClient.setQueryData(categoriesQuery.queryKey, [LAMPS] as never);
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter initialEntries={["/product/7"]}>
        <Toasts>
          <Routes>
            <Route path="/product/:id" element={<ProductPage />} />
          </Routes>
        </Toasts>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const button = screen.getByRole("button", { name: "Add to cart" });
  await userEvent.dblClick(button);
  expect(await screen.findByRole("link", { name: "View cart" })).toBeDefined();
  expect(added).toHaveLength(1);
  // A click of its own adds another one.
  await userEvent.click(button);
  expect(added).toHaveLength(2);
});
