import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import { keys, wishlistQuery } from "../api/queries";
import { refresh } from "../api/queryClient";
import { session } from "../api/session";
import { useToast } from "../components/toasts";
import { useIsShopper } from "./session";

export function useWishlist() {
  const isShopper = useIsShopper();
  return useQuery({
    ...wishlistQuery,
    enabled: isShopper,
    ...(isShopper ? {} : { placeholderData: [] }),
  });
}

/** Whether a product is on the wishlist, and a function that changes it. */
export function useWish(productId: number) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const { data: entries = [] } = useWishlist();
  const isWished = entries.some((entry) => entry.book.id === productId);
  const change = useMutation({
    mutationFn: async (wished: boolean) => {
      await session.ensureShopper();
      return wished
        ? data(api.POST("/api/products/wishlist/", { body: { product_id: productId } }))
        : data(
            api.DELETE("/api/products/wishlist/{product_id}/", {
              params: { path: { product_id: productId } },
            }),
          );
    },
    onError: (error) => toast({ text: asProblem(error).message }),
    onSettled: () => refresh(queryClient, keys.wishlist),
  });
  const shown = change.isPending ? change.variables : isWished;
  return { isWished: shown, change };
}
