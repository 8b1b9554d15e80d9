import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { AddressFields, type AddressValues } from "./AddressForm";

const PLACES: Record<string, { city: string; state: string }> = {
  "411004": { city: "Pune", state: "Maharashtra" },
  "560001": { city: "Bengaluru", state: "Karnataka" },
};

function value(label: string): string {
  return screen.getByLabelText<HTMLInputElement>(label).value;
}

async function type(label: string, text: string) {
  await userEvent.clear(screen.getByLabelText(label));
  await userEvent.type(screen.getByLabelText(label), text);
}

function show(address?: Partial<AddressValues>) {
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(
      Response.json(
        PLACES[new URL(url).searchParams.get("pincode") ?? ""] ?? { city: "", state: "" },
      ),
    ),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <form>
        <AddressFields address={address} />
      </form>
    </QueryClientProvider>,
  );
}

test("another pincode of a saved address replaces its place", async () => {
  show({ pincode: "411004", town: "Pune", district: "Haveli", state: "Maharashtra" });
  await type("Pincode", "560001");
  await waitFor(() => expect(value("State")).toBe("Karnataka"));
  expect(value("Town or city")).toBe("Bengaluru");
  expect(value("District")).toBe("Bengaluru");
});

test("another pincode replaces the place of the last, but nothing that was typed", async () => {
  show();
  await type("Pincode", "411004");
  await waitFor(() => expect(value("State")).toBe("Maharashtra"));
  await type("District", "Haveli");
  await type("Pincode", "560001");
  await waitFor(() => expect(value("State")).toBe("Karnataka"));
  expect(value("Town or city")).toBe("Bengaluru");
  expect(value("District")).toBe("Haveli");
  await type("Pincode", "999999");
  await waitFor(() => expect(value("State")).toBe(""));
  expect(value("Town or city")).toBe("");
  expect(value("District")).toBe("Haveli");
});
