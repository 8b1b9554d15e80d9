import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";

import { session } from "../api/session";
import Checkout from "./Checkout";

const LAMP = {
  id: 1,
  product: 7,
  product_title: "Lamp",
  product_price: "499.00",
  product_image: null,
  product_image_srcset: null,
  quantity: 2,
  stock: 5,
  currency: "INR",
  estimated_delivery: "2026-12-03",
  variant: { id: 70, options: "" },
};
const ADDRESS = { id: 3, name: "Asha", is_default: true };
const REFUSAL = { code: "total_changed", total_amount: "1200.00", currency: "INR" };

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <Checkout />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("a guest sees what is missing at each field", async () => {
  session.end();
  localStorage.setItem("novacart.guest", "guest");
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json([LAMP])));
  show();
  await userEvent.type(await screen.findByLabelText("E-mail"), "asha");
  await userEvent.type(screen.getByLabelText("Mobile number"), "90000");
  await userEvent.click(screen.getByLabelText(/Cash on delivery/));
  await userEvent.click(screen.getByRole("button", { name: "Place order" }));
  expect(
    await screen.findByText("Enter an e-mail address such as name@example.com."),
  ).toBeDefined();
  expect(screen.getByText("A pincode has six digits.")).toBeDefined();
  expect(document.activeElement).toBe(screen.getByLabelText("E-mail"));
  expect(screen.getByText("A mobile number has 10, 12 or 13 digits.")).toBeDefined();
  await userEvent.clear(screen.getByLabelText("Mobile number"));
  await userEvent.type(screen.getByLabelText("Mobile number"), "+91 90000-00001");
  await userEvent.type(screen.getByLabelText("Pincode"), "4110");
  expect(screen.queryByText("A pincode has six digits.")).toBeNull();
  expect(screen.getByText("Enter the street.")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Place order" }));
  expect(screen.getByText("A pincode has six digits.")).toBeDefined();
  expect(screen.queryByText("A mobile number has 10, 12 or 13 digits.")).toBeNull();
});

test("a visitor without a cart, such as after a sign-out in another tab, can sign in", async () => {
  session.end();
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json([])));
  show();
  const link = await screen.findByRole("link", { name: "Sign in" });
  expect(link.getAttribute("href")).toBe("/sign-in?next=%2Fcheckout");
});

/** Answers as a shop whose customer has a saved address; returns what is sent to it. */
function shopWithAddress(addressIsRefused: boolean) {
  session.keepToken("token");
  const sent: [path: string, body: Record<string, unknown>][] = [];
  const addresses = [ADDRESS];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "GET") {
      return Response.json(pathname === "/api/cart/" ? [LAMP] : addresses);
    }
    const body = (await request.json()) as Record<string, unknown>;
    sent.push([pathname, body]);
    if (pathname === "/api/orders/create/") return Response.json({ id: 9 }, { status: 201 });
    if (addressIsRefused) {
      return Response.json({ code: "validation_error", errors: { town: [""] } }, { status: 400 });
    }
    const saved = { ...ADDRESS, name: String(body["name"]), id: 4, is_default: false };
    addresses.push(saved);
    return Response.json(saved, { status: 201 });
  });
  return sent;
}

async function orderToTypedAddress() {
  await userEvent.click(await screen.findByLabelText(/Cash on delivery/));
  await userEvent.click(await screen.findByRole("button", { name: "Add an address" }));
  await userEvent.type(screen.getByLabelText("Full name"), "Ravi");
  const place = screen.getByRole("button", { name: "Place order" });
  fireEvent.click(place);
  fireEvent.click(place);
}

test("an order goes to the address that is typed, which it saves first", async () => {
  const sent = shopWithAddress(false);
  show();
  await orderToTypedAddress();
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]).toMatchObject(["/api/addresses/", { name: "Ravi" }]);
  expect(sent[1]).toMatchObject(["/api/orders/create/", { address_id: 4 }]);
});

test("no order is placed while the typed address is refused", async () => {
  const sent = shopWithAddress(true);
  show();
  await orderToTypedAddress();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Town or city")));
  expect(screen.getByLabelText<HTMLInputElement>("Full name").value).toBe("Ravi");
  expect(sent.map(([path]) => path)).toEqual(["/api/addresses/"]);
});

test("a refused order names the new total and the items that are not left", async () => {
  session.keepToken("token");
  let cart = LAMP;
  vi.stubGlobal("fetch", ({ url }: Request) => {
    if (url.endsWith("/api/orders/create/")) {
      cart = { ...LAMP, product_price: "600.00", stock: 1 };
      return Promise.resolve(Response.json(REFUSAL, { status: 409 }));
    }
    return Promise.resolve(Response.json(url.endsWith("/api/cart/") ? [cart] : [ADDRESS]));
  });
  show();
  await userEvent.click(await screen.findByLabelText(/Cash on delivery/));
  await userEvent.click(await screen.findByRole("button", { name: "Place order" }));
  expect(await screen.findByText(/The total is now ₹1,200/)).toBeDefined();
  expect((await screen.findByText(/1 left/)).textContent).toBe("Lamp: 1 left");
});
