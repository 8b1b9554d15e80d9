import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";

import { forgetWithSession } from "./ownData";
import { Session } from "./session";

const ADDRESSES = ["addresses"];

beforeEach(() => localStorage.clear());

test.each([null, "guest"])(
  "a user's addresses are forgotten at the sign-out (guest: %s)",
  (guest) => {
    const session = new Session();
    session.keepToken("user");
    if (guest !== null) localStorage.setItem("novacart.guest", guest);
    const queryClient = new QueryClient();
    queryClient.setQueryData(ADDRESSES, ["Pune"]);
    forgetWithSession(queryClient, session);
    session.end();
    expect(session.state).toBe(guest === null ? "signed-out" : "guest");
    expect(queryClient.getQueryData(ADDRESSES)).toBeUndefined();
  },
);

test("a guest's cart is read again after the sign-in", () => {
  localStorage.setItem("novacart.guest", "guest");
  const session = new Session();
  const queryClient = new QueryClient();
  queryClient.setQueryData(["cart"], []);
  forgetWithSession(queryClient, session);
  session.keepToken("user");
  expect(queryClient.getQueryState(["cart"])?.isInvalidated).toBe(true);
});
