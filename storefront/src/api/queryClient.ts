import { QueryClient, type QueryKey } from "@tanstack/react-query";

import { Problem } from "./problem";

const RETRIES = 2;
const LONGEST_WAIT = 10; // seconds

/** A client that repeats requests after temporary problems, and when the network returns. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < RETRIES &&
          (!(error instanceof Problem) ||
            (error.isTemporary && (error.retryAfter ?? 0) <= LONGEST_WAIT)),
        retryDelay: (attempt, error) =>
          error instanceof Problem && error.retryAfter
            ? error.retryAfter * 1000
            : 500 * 2 ** attempt,
        networkMode: "always",
        // `networkMode: "always"` turns it off.
        refetchOnReconnect: true,
      },
      mutations: { networkMode: "always" },
    },
  });
}

/**
 * Read what these keys begin with again, after it was changed. Requests that are under way are
 * ignored, since their answers may be older than the change.
 */
export async function refresh(queryClient: QueryClient, ...queryKeys: QueryKey[]): Promise<void> {
  await Promise.all(
    queryKeys.map((queryKey) => {
      // Alone, `invalidateQueries` waits for the request of a query that has no data yet.
      void queryClient.cancelQueries({ queryKey });
      return queryClient.invalidateQueries({ queryKey });
    }),
  );
}
