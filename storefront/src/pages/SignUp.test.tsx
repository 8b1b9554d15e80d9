import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes, useLocation } from "react-router";
import { expect, test, vi } from "vitest";

import { session } from "../api/session";
import SignUp from "./SignUp";

function Address() {
  const { pathname, search } = useLocation();
  return <output>{pathname + search}</output>;
}

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={["/sign-up?next=%2Fcheckout"]}>
        <Routes>
          <Route path="/sign-up" element={<SignUp />} />
          <Route path="*" element={<Address />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

test("the sign-up leads a user who is signed in to the next page", () => {
  session.keepToken("token");
  show();
  expect(screen.getByText("/checkout")).toBeDefined();
  session.end();
});

test("a sign-up whose sign-in fails leads by the sign-in to the next page", async () => {
  session.end();
  vi.stubGlobal("fetch", (input: RequestInfo | URL) =>
    Promise.resolve(
      input instanceof Request
        ? Response.json({ email: "asha@example.com" }, { status: 201 })
        : Response.json({ code: "unavailable" }, { status: 503 }),
    ),
  );
  show();
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText("/sign-in?next=%2Fcheckout")).toBeDefined();
});

test("the error of a field is hidden when it is changed, and shown again with the next", async () => {
  session.end();
  const errors = { username: [""], email: [""], password: [""] };
  vi.stubGlobal("fetch", async () => {
    await new Promise((resolve) => setTimeout(resolve));
    return Response.json({ code: "invalid_value", errors }, { status: 400 });
  });
  show();
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText("Choose a username.")).toBeDefined();
  expect(screen.getByText("Enter an e-mail address such as name@example.com.")).toBeDefined();
  const password = screen.getByLabelText("Password");
  await userEvent.type(password, "1");
  expect(password.getAttribute("aria-invalid")).toBeNull();
  await userEvent.type(screen.getByLabelText("Username"), "asha");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText(/This username is taken or not valid/)).toBeDefined();
  expect(password.getAttribute("aria-invalid")).toBe("true");
});
