import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";

import { rememberProduct } from "../hooks/stored";
import { Home } from "./Home";

function show(): QueryClient {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter>
        <Home />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  return queryClient;
}

test("parts of the home page that fail are loaded again together", async () => {
  const paths: string[] = [];
  let isUp = false;
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    const isAnswered = isUp || !/best-sellers|collections/.test(pathname);
    return Promise.resolve(Response.json([], { status: isAnswered ? 200 : 500 }));
  });
  const queryClient = show();
  const retry = await screen.findByRole("button", { name: "Try again" });
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  paths.length = 0;
  isUp = true;
  await userEvent.click(retry);
  await vi.waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(paths.sort()).toEqual(["/api/collections/", "/api/products/best-sellers/"]);
});

test("seen products that fail are loaded again, and those that are gone are left out", async () => {
  let isUp = false;
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith("/products/8/"))
      return Promise.resolve(new Response(null, { status: 404 }));
    if (!pathname.endsWith("/products/7/")) return Promise.resolve(Response.json([]));
    const lamp = { id: 7, title: "Lamp", price: "400.00", currency: "INR", available: true };
    return Promise.resolve(Response.json(lamp, { status: isUp ? 200 : 500 }));
  });
  rememberProduct(7);
  rememberProduct(8);
  show();
  const seen = within(screen.getByRole("region", { name: "Recently seen" }));
  const retry = await seen.findByRole("button", { name: "Try again" });
  isUp = true;
  await userEvent.click(retry);
  const shown = await screen.findByRole("list", { name: "Recently seen" });
  expect(
    within(shown)
      .getAllByRole("link")
      .map(({ textContent }) => textContent),
  ).toEqual(["Lamp"]);
});

test("collections whose products are not on the page have a link", async () => {
  const collections = ["gifts", "toys", "cloth", "garden"].map((slug, id) => ({
    id,
    slug,
    name: slug,
    description: "",
  }));
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    return Promise.resolve(Response.json(pathname === "/api/collections/" ? collections : []));
  });
  show();
  const more = await screen.findByRole("navigation", { name: "More collections" });
  const links = within(more).getAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["/collection/garden"]);
});

test("a row of products has its place while they are loaded", () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  show();
  const rows = screen.getAllByRole("region").map((each) => each.getAttribute("aria-label"));
  expect(rows).toEqual(expect.arrayContaining(["Best sellers", "On sale", "New in the shop"]));
});
