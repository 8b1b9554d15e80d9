import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test, vi } from "vitest";

import { categoriesQuery, productQuery } from "../api/queries";
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
