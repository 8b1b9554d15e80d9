import type { components } from "./schema";

export type Category = components["schemas"]["Category"];
export type Collection = components["schemas"]["Collection"];
export type Product = components["schemas"]["Product"];
export type ProductDetail = components["schemas"]["ProductDetail"];
export type Variant = components["schemas"]["Variant"];
export type CartItem = components["schemas"]["CartItem"];
export type Order = components["schemas"]["Order"];
export type OrderLine = components["schemas"]["OrderLine"];
export type Address = components["schemas"]["AddressView"];
export type Account = components["schemas"]["Dashboard"];
export type MfaSetup = components["schemas"]["MfaSetup"];
export type Facets = components["schemas"]["Facets"];
export type AttributeFacet = components["schemas"]["AttributeFacet"];
export type Suggestion = components["schemas"]["Suggestion"];

/** One page of a product list; `next` is the cursor of the following page. */
export interface ProductPage {
  items: Product[];
  next: string | null;
}

export type Shop = components["schemas"]["Shop"];

/** What the server writes into a page: the shop's settings, and data by query key. */
interface EmbeddedPage {
  config: Shop;
  queries: [key: unknown[], data: unknown][];
}

function readPage(): EmbeddedPage | null {
  const text = document.getElementById("page-data")?.textContent;
  return text ? (JSON.parse(text) as EmbeddedPage) : null;
}

/** Null in a page that this server has not rendered, such as one of a static host. */
export const page = readPage();

/** The shop's settings. A page without them calls `setShop` before it shows anything. */
export let shop = page?.config as Shop;

export function setShop(settings: Shop): void {
  shop = settings;
}
