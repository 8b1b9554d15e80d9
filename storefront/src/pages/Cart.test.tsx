import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { beforeEach, expect, test, vi } from "vitest";

import type { CartItem } from "../api/config";
import { session } from "../api/session";
import { Toasts } from "../components/toasts";
import { adjustments, rememberAdjustments, rememberPrices } from "../hooks/stored";
import Cart from "./Cart";

const LAMP = {
  id: 1,
  product: 7,
  product_title: "Lamp",
  product_subtitle: "",
  product_price: "499.00",
  product_image: null,
  product_image_srcset: null,
  quantity: 8,
  stock: 6,
  currency: "INR",
  estimated_delivery: "2026-12-03",
  variant: { id: 70, options: "" },
} as unknown as CartItem;

const send = vi.fn<typeof fetch>();

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  session.keepToken("token");
  vi.stubGlobal("fetch", send);
});

function show(items: CartItem[]) {
  send.mockReset();
  send.mockImplementation(() => Promise.resolve(Response.json(items)));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <Toasts>
          <Cart />
        </Toasts>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("a line with more than is left offers the quantity that is", async () => {
  show([LAMP]);
  expect(await screen.findByText("6 left: change to 6?")).toBeDefined();
  expect(screen.getByRole("button", { name: "Change to 6" })).toBeDefined();
  expect(screen.queryByRole("link", { name: "Check out" })).toBeNull();
});

test("a price that changed since the product was put into the cart is named", async () => {
  rememberPrices({ 70: "450.00" });
  show([{ ...LAMP, quantity: 1 }]);
  expect(await screen.findByText(/The price changed from ₹450 to ₹499/)).toBeDefined();
});

test("a line that is gone from the shop is named when its quantity is changed", async () => {
  show([{ ...LAMP, quantity: 1 }]);
  const more = await screen.findByRole("button", { name: "One more" });
  send.mockImplementation((request) =>
    Promise.resolve(
      (request as Request).method === "PATCH"
        ? Response.json({ code: "cart_line_not_found" }, { status: 404 })
        : Response.json([]),
    ),
  );
  await userEvent.click(more);
  expect(await screen.findByText("Lamp: removed, it can’t be ordered now.")).toBeDefined();
  expect(await screen.findByText("Your cart is empty")).toBeDefined();
});

test("a double click on the link that removes a line leaves the next line", async () => {
  show([1, 2, 3].map((id) => ({ ...LAMP, id, product: id })));
  const links = await screen.findAllByText("Remove");
  // The second line moves up, so that the second click is on its link.
  links.forEach((link, index) => fireEvent.click(link, { detail: index === 1 ? 2 : 1 }));
  const removed = () =>
    send.mock.calls
      .map(([request]) => request as Request)
      .filter(({ method }) => method === "PATCH")
      .map(({ url }) => new URL(url).pathname);
  await vi.waitFor(() => expect(removed()).toEqual(["/api/cart/update/1/", "/api/cart/update/3/"]));
});

test("changes of the cart at sign-in are shown until they are confirmed", async () => {
  rememberAdjustments([
    { title: "Lamp", requested: 8, quantity: 6 },
    { title: "Vase", requested: 1, quantity: 0 },
  ]);
  show([{ ...LAMP, quantity: 6 }]);
  expect(await screen.findByText("Lamp: 6 instead of 8.")).toBeDefined();
  expect(screen.getByText("Vase: removed, it can’t be ordered now.")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "OK" }));
  expect(screen.queryByText("Lamp: 6 instead of 8.")).toBeNull();
  expect(adjustments()).toEqual([]);
});

test("removing an item moves the focus to the one beside it", async () => {
  show([LAMP, { ...LAMP, id: 2, product_title: "Vase" }]);
  await screen.findByText("Vase", { selector: "a" });
  const [remove] = screen.getAllByText("Remove");
  await userEvent.click(remove as HTMLElement);
  expect(document.activeElement).toBe(screen.getByRole("link", { name: "Vase" }));
});
