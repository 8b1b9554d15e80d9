import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";

import { Home } from "./Home";

test("parts of the home page that fail are loaded again together", async () => {
  const paths: string[] = [];
  let isUp = false;
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    const isAnswered = isUp || !/best-sellers|collections/.test(pathname);
    return Promise.resolve(Response.json([], { status: isAnswered ? 200 : 500 }));
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queryClient}>
      <MemoryRouter>
        <Home />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const retry = await screen.findByRole("button", { name: "Try again" });
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  paths.length = 0;
  isUp = true;
  await userEvent.click(retry);
  await vi.waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(paths.sort()).toEqual(["/api/collections/", "/api/products/best-sellers/"]);
});
