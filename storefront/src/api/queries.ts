import { queryOptions } from "@tanstack/react-query";

import { api, catalog, data, received } from "./client";
import type { ProductPage } from "./config";
import { apiOrigin } from "./origin";

export const PAGE_SIZE = 24;
export const FEW = 12;
const MINUTE = 60_000;

/** What a product list shows, as its address says. Names are those of the API. */
export interface ProductFilters {
  category?: string;
  search?: string;
  brand?: string[];
  tag?: string[];
  attribute?: string[];
  min_price?: string;
  max_price?: string;
  available?: "true" | "false";
  on_sale?: "true" | "false";
  sort?: "price" | "-price" | "newest" | "relevance";
}

export const keys = {
  categories: ["categories"],
  products: ["products"],
  product: (id: number) => ["product", id],
  cart: ["cart"],
  orders: ["orders"],
  order: (id: number) => ["order", id],
  addresses: ["addresses"],
  wishlist: ["wishlist"],
  account: ["account"],
  mfa: ["mfa"],
  sessions: ["sessions"],
} as const;

export const categoriesQuery = queryOptions({
  queryKey: keys.categories,
  queryFn: () => data(catalog.GET("/api/categories/")),
  staleTime: 10 * MINUTE,
});

/** The numbers of products by category, without filters. */
export const categoryCountsQuery = queryOptions({
  queryKey: ["category-counts"],
  queryFn: () => data(catalog.GET("/api/categories/counts/")),
  staleTime: MINUTE,
});

export function productQuery(id: number) {
  return queryOptions({
    queryKey: keys.product(id),
    queryFn: () =>
      data(catalog.GET("/api/products/{product_id}/", { params: { path: { product_id: id } } })),
    staleTime: MINUTE / 2,
  });
}

export function productBySlugQuery(slug: string) {
  return queryOptions({
    queryKey: ["product-by-slug", slug],
    queryFn: () =>
      data(catalog.GET("/api/products/by-slug/{slug}/", { params: { path: { slug } } })),
  });
}

/** One page of a list, after `cursor`. */
export async function productPage(
  { sort, ...filters }: ProductFilters,
  cursor: string | null,
  limit = PAGE_SIZE,
): Promise<ProductPage> {
  const query = {
    ...queryOf(filters),
    limit,
    ...(sort ? { sort } : {}),
    ...(cursor === null ? {} : { cursor }),
  };
  const answer = await received(catalog.GET("/api/products/", { params: { query } }));
  return { items: answer.data, next: nextCursor(answer.response.headers.get("Link")) };
}

/** The numbers of products by what a list can be filtered by. */
export function facetsQuery(list: ProductFilters) {
  const filters = { ...list };
  delete filters.sort;
  return queryOptions({
    queryKey: ["facets", filters] as const,
    queryFn: () =>
      data(catalog.GET("/api/products/facets/", { params: { query: queryOf(filters) } })),
    staleTime: MINUTE,
  });
}

function queryOf({ available, on_sale, ...others }: Omit<ProductFilters, "sort">) {
  return {
    ...others,
    ...(available ? { available: available === "true" } : {}),
    ...(on_sale ? { on_sale: on_sale === "true" } : {}),
  };
}

/** A few products, such as the newest or those of a category. */
export function productsQuery(filters: ProductFilters, limit: number) {
  return queryOptions({
    queryKey: [...keys.products, "first", filters, limit],
    queryFn: async () => (await productPage(filters, null, limit)).items,
    staleTime: MINUTE,
  });
}

/** Products in stock that sold most in the last 30 days. */
export const bestSellersQuery = queryOptions({
  queryKey: [...keys.products, "best-sellers"],
  queryFn: () =>
    data(catalog.GET("/api/products/best-sellers/", { params: { query: { limit: FEW } } })),
  staleTime: MINUTE,
});

export const collectionsQuery = queryOptions({
  queryKey: ["collections"],
  queryFn: () => data(catalog.GET("/api/collections/")),
  staleTime: 10 * MINUTE,
});

export function collectionQuery(slug: string) {
  return queryOptions({
    queryKey: ["collections", slug],
    queryFn: () => data(catalog.GET("/api/collections/{slug}/", { params: { path: { slug } } })),
    staleTime: 10 * MINUTE,
  });
}

/** One page of the products of a collection, in its order. */
export async function collectionPage(
  slug: string,
  cursor: string | null,
  limit = PAGE_SIZE,
): Promise<ProductPage> {
  const query = { limit, ...(cursor === null ? {} : { cursor }) };
  const answer = await received(
    catalog.GET("/api/collections/{slug}/products/", { params: { path: { slug }, query } }),
  );
  return { items: answer.data, next: nextCursor(answer.response.headers.get("Link")) };
}

/** The first products of a collection. */
export function collectionProductsQuery(slug: string) {
  return queryOptions({
    queryKey: [...keys.products, "collection", slug, FEW],
    queryFn: async () => (await collectionPage(slug, null, FEW)).items,
    staleTime: MINUTE,
  });
}

export function nextCursor(link: string | null): string | null {
  const match = /<([^>]+)>;\s*rel="next"/.exec(link ?? "");
  return match?.[1] ? new URL(match[1], apiOrigin).searchParams.get("cursor") : null;
}

export function suggestionsQuery(text: string) {
  return queryOptions({
    queryKey: ["suggestions", text],
    queryFn: () =>
      data(catalog.GET("/api/products/search/suggestions/", { params: { query: { q: text } } })),
    staleTime: MINUTE,
  });
}

/** The town and state of a pincode. */
export function pincodeQuery(pincode: string) {
  return queryOptions({
    queryKey: ["pincode", pincode],
    queryFn: () => data(catalog.GET("/api/addresses/pincode/", { params: { query: { pincode } } })),
    staleTime: Infinity,
  });
}

export const cartQuery = queryOptions({
  queryKey: keys.cart,
  queryFn: () => data(api.GET("/api/cart/")),
});

export const wishlistQuery = queryOptions({
  queryKey: keys.wishlist,
  queryFn: () => data(api.GET("/api/products/wishlist/")),
  staleTime: MINUTE,
});

export const addressesQuery = queryOptions({
  queryKey: keys.addresses,
  queryFn: () => data(api.GET("/api/addresses/")),
});

export const accountQuery = queryOptions({
  queryKey: keys.account,
  queryFn: () => data(api.GET("/api/my/dashboard/")),
  staleTime: 5 * MINUTE,
});

export const mfaQuery = queryOptions({
  queryKey: keys.mfa,
  queryFn: () => data(api.GET("/api/mfa/")),
});

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: () => data(api.GET("/api/sessions/")),
});

export function ordersQuery(page: number, search: string) {
  return queryOptions({
    queryKey: [...keys.orders, page, search],
    queryFn: () =>
      data(
        api.GET("/api/orders/my/", {
          params: { query: { page, page_size: 10, ...(search ? { search } : {}) } },
        }),
      ),
  });
}

export function orderQuery(id: number) {
  return queryOptions({
    queryKey: keys.order(id),
    queryFn: () => data(api.GET("/api/orders/{order_id}/", { params: { path: { order_id: id } } })),
  });
}
