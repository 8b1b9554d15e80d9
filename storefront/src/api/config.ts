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

/** The shop's settings, which the server writes into each page. */
export interface ShopConfig {
  name: string;
  locale: string;
  currency: string;
  /** How cards are paid: Stripe, the sandbox of development, or not at all. */
  cardPayments: "stripe" | "sandbox" | "none";
  /** Stripe's publishable key; empty without Stripe. */
  stripeKey: string;
  maxPerLine: number;
  estimatedDelivery: string;
}

/** The data of the page that the server has rendered into it, by query key. */
interface EmbeddedPage {
  config: ShopConfig;
  queries: [key: unknown[], data: unknown][];
}

const DEVELOPMENT: EmbeddedPage = {
  config: {
    name: "NovaCart",
    locale: "en-IN",
    currency: "INR",
    cardPayments: "sandbox",
    stripeKey: "",
    maxPerLine: 10,
    estimatedDelivery: "",
  },
  queries: [],
};

function readPage(): EmbeddedPage {
  const text = document.getElementById("page-data")?.textContent;
  return text ? (JSON.parse(text) as EmbeddedPage) : DEVELOPMENT;
}

export const page = readPage();
export const shop = page.config;
