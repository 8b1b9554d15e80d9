import type { ProductFilters } from "./api/queries";

/** The filters as they are in the address of a list; empty means not set. */
export interface ListParameters {
  brand: string[];
  min_price: string;
  max_price: string;
  in_stock: string;
  on_sale: string;
  sort: string;
}

export const SORTS = ["newest", "price", "-price"] as const;

const PRICE = /^[0-9]{1,12}(\.[0-9]{1,3})?$/;

/** The filters of an address. Parameters that the API would refuse are left out. */
export function filtersOf(params: URLSearchParams, category: string | undefined): ProductFilters {
  const filters: ProductFilters = {};
  const search = params.get("search")?.trim().slice(0, 200);
  const brand = params.getAll("brand").filter(Boolean).slice(0, 50);
  const sort = SORTS.find((each) => each === params.get("sort"));
  if (category) filters.category = category;
  if (search) filters.search = search;
  if (brand.length > 0) filters.brand = brand;
  for (const name of ["min_price", "max_price"] as const) {
    const price = params.get(name) ?? "";
    if (PRICE.test(price)) filters[name] = price;
  }
  if (params.get("in_stock") === "true") filters.in_stock = "true";
  if (params.get("on_sale") === "true") filters.on_sale = "true";
  if (sort) filters.sort = sort;
  return filters;
}

/** The address with some filters changed. */
export function withFilters(
  params: URLSearchParams,
  changes: Partial<ListParameters>,
): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value].flat()) if (each) changed.append(name, each);
  }
  return changed;
}

export function sortName(sort: (typeof SORTS)[number]): string {
  if (sort === "newest") return "Newest first";
  return sort === "price" ? "Price: low to high" : "Price: high to low";
}
