import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";

import type { Category } from "../api/config";
import type { ProductFilters } from "../api/queries";
import { Facets, type useFacets } from "./Facets";

const CLOTHING = { id: 1, name: "Clothing", slug: "clothing", parent: null };
const SHIRTS = { id: 2, name: "Shirts", slug: "shirts", parent: 1 };
const KITCHEN = { id: 3, name: "Kitchen", slug: "kitchen", parent: null };
const CATEGORIES = [
  { ...CLOTHING, breadcrumbs: [CLOTHING] },
  { ...SHIRTS, breadcrumbs: [CLOTHING, SHIRTS] },
  { ...KITCHEN, breadcrumbs: [KITCHEN] },
] as unknown as Category[];
const OF_LIST = {
  data: {
    count: 5,
    estimated: ["categories"],
    categories: [{ name: "Shirts", slug: "shirts", count: 2 }],
    brands: [],
    attributes: [],
    price: { min_price: "1.00", max_price: "9.00" },
    available: 5,
    on_sale: 0,
  },
} as unknown as ReturnType<typeof useFacets>;
const WITHOUT_PRODUCTS = {
  data: {
    ...OF_LIST.data,
    count: 0,
    categories: [],
    price: { min_price: "0.00", max_price: "0.00" },
  },
} as unknown as ReturnType<typeof useFacets>;
/** Answers by their path and query. */
const ANSWERS: Record<string, unknown> = {
  "/api/categories/counts/": [
    { slug: "clothing", count: 12 },
    { slug: "shirts", count: 7 },
    { slug: "kitchen", count: 30 },
  ],
  "/api/products/facets/?search=steel": {
    estimated: [],
    categories: [
      { slug: "clothing", count: 6 },
      { slug: "kitchen", count: 3 },
    ],
  },
};

function show(filters: ProductFilters, facets: ReturnType<typeof useFacets>) {
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, search } = new URL(url);
    return Promise.resolve(Response.json(ANSWERS[pathname + search]));
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <Facets
          filters={filters}
          facets={facets}
          categories={CATEGORIES}
          linkTo={(category) => `/category/${category ?? ""}`}
          onChange={() => undefined}
        />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test.each<[string, ProductFilters, number]>([
  ["without the filters of the list", { brand: ["Diya"] }, 30],
  ["of what is searched for", { search: "steel", brand: ["Diya"] }, 3],
])("categories beside the open one have counts %s", async (_, filters, kitchen) => {
  show({ ...filters, category: "clothing" }, OF_LIST);
  const count = (name: string) => screen.getByRole("link", { name }).nextSibling?.textContent;
  await waitFor(() => expect(count("Kitchen")).toBe(`${kitchen} products`));
  expect(count("Clothing")).toBe("5 products");
  expect(count("Shirts")).toBe("about 2 products");
});

test.each([
  [OF_LIST, "1", "9"],
  [WITHOUT_PRODUCTS, "", ""],
])("the price has the bounds of the products, if there are any", (facets, from, to) => {
  show({ search: "zzzzzz" }, facets);
  expect(screen.getByLabelText<HTMLInputElement>("From").placeholder).toBe(from);
  expect(screen.getByLabelText<HTMLInputElement>("Up to").placeholder).toBe(to);
});

test("products on sale are no matter of the availability", () => {
  show({}, OF_LIST);
  const labels = (name: string) =>
    within(screen.getByRole("group", { name }))
      .getAllByRole("checkbox")
      .map((each) => each.parentElement?.textContent);
  expect(labels("Availability")).toEqual(["In stock5 products"]);
  expect(labels("Offers")).toEqual(["On sale0 products"]);
});
