import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";

import type { Product } from "../api/config";
import { ProductCard } from "./ProductCard";

const LAMP = {
  id: 7,
  title: "Lamp",
  subtitle: "",
  price: "400.00",
  compare_at_price: "499.00",
  lowest_price_30_days: "450.00",
  currency: "INR",
  image: null,
  image_srcset: null,
  available: true,
  stock: 9,
  has_options: false,
} as unknown as Product;

function show(product: Product) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <ProductCard product={product} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("a product on sale has the lowest price of the 30 days before it", () => {
  show(LAMP);
  expect(screen.getByText(/30 days before the sale: ₹450/)).toBeDefined();
});

test("a product with one price has no other", () => {
  show({ ...LAMP, compare_at_price: null, lowest_price_30_days: null });
  expect(screen.queryByText(/30 days/)).toBeNull();
});
