import { QueryClient, QueryObserver, type QueryObserverResult } from "@tanstack/react-query";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

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

test("the answer to a request of the guest is not shown to the user", async () => {
  localStorage.setItem("novacart.guest", "guest");
  const session = new Session();
  const queryClient = new QueryClient();
  const answers: ((items: string[]) => void)[] = [];
  const read = () => new Promise<string[]>((resolve) => answers.push(resolve));
  const page = new QueryObserver(queryClient, { queryKey: ["cart"], queryFn: read });
  const shown = vi.fn<(result: QueryObserverResult<string[]>) => void>();
  onTestFinished(page.subscribe(shown));
  forgetWithSession(queryClient, session);
  session.keepToken("user");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.(["of the user"]);
  answers[0]?.(["of the guest"]);
  await vi.waitFor(() => expect(page.getCurrentResult().data).toEqual(["of the user"]));
  for (const [{ data, isError }] of shown.mock.calls) {
    expect(data).not.toEqual(["of the guest"]);
    expect(isError).toBe(false);
  }
});

test("the cart is read again in all tabs once that of the guest is taken over", async () => {
  const sessions = [new Session(), new Session()];
  const carts = sessions.map((session) => {
    const queryClient = new QueryClient();
    session.keepToken("user");
    forgetWithSession(queryClient, session);
    queryClient.setQueryData(["cart"], []);
    return () => queryClient.getQueryState(["cart"]);
  });
  sessions[0]?.endMerge();
  await vi.waitFor(() => {
    expect(carts.map((cart) => cart()?.isInvalidated)).toEqual([true, true]);
  });
});
