import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";

import { connectionProblem, problemOf } from "./problem";
import { newQueryClient } from "./queryClient";

afterEach(() => {
  vi.useRealTimers();
});

/** A query whose first request is refused with this Retry-After, in seconds. */
function refusedOnce(status: number, seconds: string) {
  const headers = { "Retry-After": seconds };
  const refusal = problemOf(null, new Response(null, { status, headers }));
  const read = vi.fn().mockRejectedValueOnce(refusal).mockResolvedValue("products");
  return { read, answer: newQueryClient().query({ queryKey: ["products"], queryFn: read }) };
}

test.each([429, 503])(
  "after %i, a request is repeated when Retry-After has passed",
  async (status) => {
    vi.useFakeTimers();
    const { read, answer } = refusedOnce(status, "2");
    await vi.advanceTimersByTimeAsync(1999);
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe("products");
  },
);

test("a request is not retried automatically after a long Retry-After", async () => {
  const { read, answer } = refusedOnce(503, "60");
  await expect(answer).rejects.toMatchObject({ retryAfter: 60 });
  expect(read).toHaveBeenCalledTimes(1);
});

test("a request that failed without a network is repeated when it returns", async () => {
  const read = vi.fn().mockRejectedValueOnce(connectionProblem()).mockResolvedValue("products");
  const queryClient = newQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(
    () => useQuery({ queryKey: ["products"], queryFn: read, retry: false }),
    { wrapper },
  );
  await waitFor(() => expect(result.current.isError).toBe(true));
  window.dispatchEvent(new Event("offline"));
  window.dispatchEvent(new Event("online"));
  await waitFor(() => expect(result.current.data).toBe("products"));
  expect(result.current.isError).toBe(false);
});
