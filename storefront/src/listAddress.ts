import type { ProductFilters } from "./api/queries";
import { texts } from "./texts";

/** The filters as they are in the address of a list; empty means not set. */
export interface ListParameters {
  brand: string[];
  tag: string[];
  attribute: string[];
  min_price: string;
  max_price: string;
  available: string;
  on_sale: string;
  sort: string;
}

export const SORTS = ["newest", "price", "-price"] as const;

/** No filters; what is searched for and the sort order stay. */
export const NO_FILTERS: Partial<ListParameters> = {
  brand: [],
  tag: [],
  attribute: [],
  min_price: "",
  max_price: "",
  available: "",
  on_sale: "",
};

const PRICE = /^[0-9]{1,12}(\.[0-9]{1,3})?$/;
const MAX_TAG = 64;
const ATTRIBUTE = /^[^:]{1,50}:.{1,255}$/;

/** The filters of an address. Parameters that the API would refuse are left out. */
export function filtersOf(params: URLSearchParams, category: string | undefined): ProductFilters {
  const filters: ProductFilters = {};
  const search = params.get("search")?.trim().slice(0, 200);
  const brand = params.getAll("brand").filter(Boolean).slice(0, 50);
  const tag = params
    .getAll("tag")
    .filter((text) => text && text.length <= MAX_TAG)
    .slice(0, 50);
  const written = params.getAll("attribute").map((text) => textOf(attributeFilter(text)));
  const attribute = [...new Set(written)].filter((text) => ATTRIBUTE.test(text)).slice(0, 50);
  const sort = SORTS.find((each) => each === params.get("sort"));
  if (category) filters.category = category;
  if (search) filters.search = search;
  if (brand.length > 0) filters.brand = brand;
  if (tag.length > 0) filters.tag = tag;
  if (attribute.length > 0) filters.attribute = attribute;
  for (const name of ["min_price", "max_price"] as const) {
    const price = params.get(name) ?? "";
    if (PRICE.test(price)) filters[name] = price;
  }
  // `in_stock` of the API is that of the default variant. Here, in stock means any variant.
  const available = booleanOf(params, "available") ?? booleanOf(params, "in_stock");
  const on_sale = booleanOf(params, "on_sale");
  if (available) filters.available = available;
  if (on_sale) filters.on_sale = on_sale;
  if (sort) filters.sort = sort;
  return filters;
}

/** `true` or `false`, also written as the API accepts them: `1` or `0`. */
function booleanOf(params: URLSearchParams, name: string): "true" | "false" | undefined {
  const value = params.get(name) ?? "";
  if (["true", "True", "1"].includes(value)) return "true";
  return ["false", "False", "0"].includes(value) ? "false" : undefined;
}

/** The address with some filters changed. */
export function withFilters(
  params: URLSearchParams,
  changes: Partial<ListParameters>,
): URLSearchParams {
  const changed = new URLSearchParams(params);
  // That of a page without JavaScript.
  changed.delete("cursor");
  if ("available" in changes) changed.delete("in_stock");
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value].flat()) if (each) changed.append(name, each);
  }
  return changed;
}

/** A filter by an attribute: a value of it, or bounds of a number such as `0.5..2`. */
export interface AttributeFilter {
  code: string;
  value: string;
}

/** Read `colour:Red`. */
export function attributeFilter(text: string): AttributeFilter {
  const [code = "", ...value] = text.split(":");
  return { code: code.trim().toLowerCase(), value: value.join(":").trim() };
}

/** The values of an attribute that are selected. */
export function selectedValues(attribute: readonly string[], code: string): string[] {
  return attribute
    .map(attributeFilter)
    .filter((each) => each.code === code)
    .map(({ value }) => value);
}

/** The filters by attributes with other values of one of them. */
export function withValues(
  attribute: readonly string[],
  code: string,
  values: readonly string[],
): string[] {
  const others = attribute.filter((text) => attributeFilter(text).code !== code);
  return [...others, ...values.map((value) => textOf({ code, value }))];
}

/** The bounds in `0.5..2`, of which one may be empty. Null for a value. */
export function boundsOf(value: string): [low: string, high: string] | null {
  const bounds = value.split("..");
  return bounds.length === 2 ? [(bounds[0] ?? "").trim(), (bounds[1] ?? "").trim()] : null;
}

function textOf({ code, value }: AttributeFilter): string {
  return `${code}:${value}`;
}

export function sortName(sort: (typeof SORTS)[number]): string {
  if (sort === "newest") return texts.common.newestFirst;
  return sort === "price" ? texts.list.cheapestFirst : texts.list.dearestFirst;
}
