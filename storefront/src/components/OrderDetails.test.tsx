import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";

import type { Order } from "../api/config";
import { OrderItems } from "./OrderDetails";

const ORDER = {
  currency: "INR",
  items: [
    {
      id: 1,
      product: 7,
      product_title: "Lamp",
      product_image: null,
      product_image_srcset: null,
      variant: { id: 71, sku: null, options: "Brass" },
      price_at_purchase: "499.00",
      quantity: 1,
      status: "CONFIRMED",
    },
  ],
} as unknown as Order;

test("an item leads to the variant that was bought", () => {
  render(
    <MemoryRouter>
      <OrderItems order={ORDER} />
    </MemoryRouter>,
  );
  const link = screen.getByRole("link", { name: "Lamp" });
  expect(link.getAttribute("href")).toBe("/product/7?variant=71");
});
