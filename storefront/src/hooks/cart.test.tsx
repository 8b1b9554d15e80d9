import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

import type { CartItem } from "../api/config";
import { keys } from "../api/queries";
import { newQueryClient } from "../api/queryClient";
import { session } from "../api/session";
import { addToCart, useCart, useQuantities } from "./cart";

const send = vi.fn<typeof fetch>();
let queryClient: QueryClient;

beforeEach(() => {
  send.mockReset();
  vi.stubGlobal("fetch", send);
  session.keepToken("token");
  queryClient = new QueryClient();
  queryClient.setQueryData(keys.cart, [{ id: 1, quantity: 1 }] as CartItem[]);
});

function wrapper({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

function quantity(): number | undefined {
  return queryClient.getQueryData<CartItem[]>(keys.cart)?.[0]?.quantity;
}

function patches(): Request[] {
  return send.mock.calls
    .map(([request]) => request as Request)
    .filter((request) => request.method === "PATCH");
}

test("quick changes show at once and are one request", async () => {
  send.mockImplementation(() => Promise.resolve(Response.json({ message: "", quantity: 4 })));
  const { result } = renderHook(useQuantities, { wrapper });
  act(() => {
    for (const value of [2, 3, 4]) result.current.change(1, value);
  });
  expect(quantity()).toBe(4);
  expect(result.current.isSaving).toBe(true);
  await waitFor(() => expect(result.current.isSaving).toBe(false));
  expect(patches()).toHaveLength(1);
  expect(await patches()[0]?.json()).toEqual({ quantity: 4 });
});

test("a refusal is the problem of its line", async () => {
  send.mockImplementation(() =>
    Promise.resolve(
      Response.json(
        { code: "not_enough_in_stock", detail: "Only 3 in stock.", available: 3 },
        {
          status: 409,
        },
      ),
    ),
  );
  const { result } = renderHook(useQuantities, { wrapper });
  act(() => result.current.change(1, 5));
  await waitFor(() => expect(result.current.problems.get(1)?.number("available")).toBe(3));
});

test("a change during a request is sent when that is answered", async () => {
  let answer: (response: Response) => void = () => undefined;
  send.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  send.mockImplementation(() => Promise.resolve(Response.json({ message: "", quantity: 3 })));
  const { result } = renderHook(useQuantities, { wrapper });
  act(() => result.current.change(1, 2));
  await waitFor(() => expect(patches()).toHaveLength(1));
  act(() => result.current.change(1, 3));
  // The second change waits for the answer, not only for the pause.
  await new Promise((done) => setTimeout(done, 500));
  expect(patches()).toHaveLength(1);
  answer(Response.json({ code: "not_enough_in_stock", available: 1 }, { status: 409 }));
  await waitFor(() => expect(result.current.isSaving).toBe(false));
  expect(await patches()[1]?.json()).toEqual({ quantity: 3 });
  expect(result.current.problems.size).toBe(0);
});

test("a change while the cart is read again is still to be saved", async () => {
  const read = renderHook(useCart, { wrapper });
  let isSent = false;
  send.mockImplementation((request) => {
    isSent ||= (request as Request).method === "PATCH";
    // The cart that is read after the first change does not arrive.
    return isSent && (request as Request).method === "GET"
      ? new Promise(() => undefined)
      : Promise.resolve(Response.json([]));
  });
  const { result } = renderHook(useQuantities, { wrapper });
  act(() => result.current.change(1, 2));
  await waitFor(() => expect(patches()).toHaveLength(1));
  await waitFor(() => expect(read.result.current.isFetching).toBe(true));
  act(() => result.current.change(1, 3));
  await act(() => new Promise((done) => setTimeout(done, 50)));
  expect(result.current.isSaving).toBe(true);
  await waitFor(() => expect(patches()).toHaveLength(2));
});

test("the focus of the window does not undo a change that is being saved", async () => {
  renderHook(useCart, { wrapper });
  let save: (response: Response) => void = () => undefined;
  send.mockImplementation((request) =>
    (request as Request).method === "PATCH"
      ? new Promise((resolve) => (save = resolve))
      : Promise.resolve(Response.json([{ id: 1, quantity: patches().length && 9 }])),
  );
  const { result } = renderHook(useQuantities, { wrapper });
  act(() => result.current.change(1, 2));
  await waitFor(() => expect(patches()).toHaveLength(1));
  act(() => void window.dispatchEvent(new Event("visibilitychange")));
  await act(() => new Promise((done) => setTimeout(done, 50)));
  expect(quantity()).toBe(2);
  save(Response.json({ message: "", quantity: 2 }));
  await waitFor(() => expect(quantity()).toBe(9));
});

test("leaving the page sends the change that is still waiting", async () => {
  send.mockImplementation(() => Promise.resolve(Response.json({ message: "", quantity: 2 })));
  const { result, unmount } = renderHook(useQuantities, { wrapper });
  act(() => result.current.change(1, 2));
  unmount();
  await waitFor(() => expect(patches()).toHaveLength(1));
});

test("closing the page sends what is still waiting, without the answer to the last request", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  send.mockReturnValue(new Promise(() => undefined));
  const { result } = renderHook(useQuantities, { wrapper });
  for (const value of [2, 3]) {
    act(() => result.current.change(1, value));
    window.dispatchEvent(new Event("pagehide"));
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(await Promise.all(patches().map((request) => request.json()))).toEqual([
    { quantity: 2 },
    { quantity: 3 },
  ]);
  // The browser sends it although the page is closed.
  expect(patches().map(({ keepalive }) => keepalive)).toEqual([true, true]);
});

test("a cart read before an addition was saved does not hide it", async () => {
  session.end();
  queryClient = newQueryClient();
  const { result } = renderHook(useCart, { wrapper });
  const reads: ((response: Response) => void)[] = [];
  send.mockImplementation((request) =>
    request instanceof Request && request.method === "GET"
      ? new Promise((resolve) => reads.push(resolve))
      : Promise.resolve(Response.json({ access: "guest" })),
  );
  // The guest's session, which starts with the addition, lets the page read the cart.
  const item = { product: 7, variant: 70, quantity: 2, price: "499.00" };
  const addition = addToCart(queryClient, item);
  await waitFor(() => expect(reads).toHaveLength(2));
  reads[1]?.(Response.json([{ id: 1, quantity: 2 }]));
  reads[0]?.(Response.json([]));
  await addition;
  expect(quantity()).toBe(2);
  await waitFor(() => expect(result.current.data).toEqual([{ id: 1, quantity: 2 }]));
});

test.each([
  [404, true],
  [409, true],
  [503, false],
])("an addition that is refused with %i makes the product stale: %s", async (status, isStale) => {
  send.mockImplementation(() => Promise.resolve(Response.json({}, { status })));
  queryClient.setQueryData(keys.product(7), {});
  const item = { product: 7, variant: 70, quantity: 1, price: "499.00" };
  await expect(addToCart(queryClient, item)).rejects.toMatchObject({ status });
  expect(queryClient.getQueryState(keys.product(7))?.isInvalidated).toBe(isStale);
});
