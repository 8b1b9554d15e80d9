import type { Query, QueryClient } from "@tanstack/react-query";

import { refresh } from "./queryClient";
import type { Session } from "./session";

const OWN = ["cart", "orders", "order", "addresses", "wishlist", "account", "mfa", "sessions"];
const own = { predicate: ({ queryKey: [kind] }: Query) => OWN.includes(String(kind)) };

/**
 * Forget what belongs to a shopper when the session ends, here or in another tab. Read it again
 * when a guest becomes a user, when the guest's cart is taken over, and when an expired session is
 * renewed.
 */
export function forgetWithSession(queryClient: QueryClient, session: Session): void {
  let before = { state: session.state, isExpired: false, merges: session.merges };
  session.subscribe(() => {
    const after = {
      state: session.state,
      isExpired: session.isExpired,
      merges: session.merges,
    };
    if (before.state !== after.state && after.state === "signed-out") {
      queryClient.removeQueries(own);
    } else if (before.state === "signed-in" && after.state === "guest") {
      // A guest whose cart could not be taken over at the sign-in.
      void queryClient.resetQueries(own);
    } else if (
      before.state !== after.state ||
      before.merges !== after.merges ||
      (before.isExpired && !after.isExpired)
    ) {
      void refresh(queryClient, ...OWN.map((kind) => [kind]));
    }
    before = after;
  });
}
