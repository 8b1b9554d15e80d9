import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import { connectionProblem } from "./problem";
import { newQueryClient } from "./queryClient";

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
