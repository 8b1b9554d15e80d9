import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { session } from "../../api/session";
import { Addresses } from "./Addresses";

const ADDRESS = { id: 3, name: "Asha", house_number: "12A", town: "Pune", is_default: true };

test("an address is deleted after a question", async () => {
  session.keepToken("token");
  const deleted: string[] = [];
  vi.stubGlobal("fetch", ({ url, method }: Request) => {
    if (method === "GET") return Promise.resolve(Response.json([ADDRESS]));
    deleted.push(new URL(url).pathname);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Addresses />
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: /^Delete/ }));
  expect(deleted).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Delete the address" }));
  await waitFor(() => expect(deleted).toEqual(["/api/addresses/3/"]));
});
