import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api, data } from "../api/client";
import type { CartItem } from "../api/config";
import { asProblem, type Problem } from "../api/problem";
import { cartQuery, keys } from "../api/queries";
import { refresh } from "../api/queryClient";
import { session } from "../api/session";
import { useToast } from "../components/toasts";
import { total } from "../format";
import { texts } from "../texts";
import { useIsShopper } from "./session";
import { rememberPrices, seenPrices } from "./stored";

const QUIET = 350; // milliseconds without a further change before it is sent

// Carts on screen with changes that are not saved yet.
let unsaved = 0;
const isSaved = () => unsaved === 0;

/** The cart, which is empty before the first visitor's session starts. */
export function useCart() {
  const isShopper = useIsShopper();
  return useQuery({
    ...cartQuery,
    enabled: isShopper,
    // What is read before a change is saved would undo it on screen. It is read again afterwards.
    refetchOnWindowFocus: isSaved,
    refetchOnReconnect: isSaved,
    ...(isShopper ? {} : { placeholderData: [] }),
  });
}

/** What a shopper puts into the cart, at the price that the page shows. */
export interface CartAddition {
  product: number;
  variant: number;
  quantity: number;
  price: string;
}

export function useCartCount(): number {
  const { data: items = [] } = useCart();
  return items.reduce((sum, item) => sum + item.quantity, 0);
}

export function cartTotal(items: readonly CartItem[]): string {
  return total(items.map((item) => ({ price: item.product_price, quantity: item.quantity })));
}

export async function addToCart(queryClient: QueryClient, item: CartAddition): Promise<void> {
  await session.ensureShopper();
  try {
    await data(
      api.POST("/api/cart/add/", { body: { variant_id: item.variant, quantity: item.quantity } }),
    );
  } catch (error) {
    // The product on the page is out of date: it is gone, or its stock is.
    if ([404, 409].includes(asProblem(error).status)) {
      void refresh(queryClient, keys.product(item.product));
    }
    throw error;
  }
  rememberPrices({ ...seenPrices(), [item.variant]: item.price });
  await refresh(queryClient, keys.cart, keys.wishlist);
}

export function useAddToCart() {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: (item: CartAddition) => addToCart(queryClient, item) });
}

/**
 * Change quantities at once on screen. Changes of a line that follow each other quickly are sent
 * as one request; a refusal restores the cart of the server and is kept as the line's problem. If
 * the line is gone, since its product or variant was archived, a message says so.
 */
export function useQuantities() {
  const queryClient = useQueryClient();
  const toast = useToast();
  const waiting = useRef(new Map<number, number>());
  const timers = useRef(new Map<number, number>());
  const sending = useRef(new Set<number>());
  const [problems, setProblems] = useState<ReadonlyMap<number, Problem>>(new Map());
  const [isSaving, setIsSaving] = useState(false);

  const send = useCallback(
    async (line: number, isClosing = false) => {
      // A page that is closed receives no answer, so it does not wait for one.
      if (sending.current.has(line) && !isClosing) return;
      sending.current.add(line);
      // A change that is made meanwhile is sent afterwards, since two requests for a line could
      // arrive in the other order.
      let quantity: number | undefined;
      while ((quantity = waiting.current.get(line)) !== undefined) {
        waiting.current.delete(line);
        try {
          await data(
            api.PATCH("/api/cart/update/{line_id}/", {
              params: { path: { line_id: line } },
              body: { quantity },
              keepalive: true,
            }),
          );
        } catch (error) {
          const problem = asProblem(error);
          if (problem.status === 404) {
            waiting.current.delete(line);
            const items = queryClient.getQueryData<CartItem[]>(keys.cart);
            const item = items?.find((each) => each.id === line);
            if (item) toast({ text: texts.cart.removedItem(item.product_title) });
          } else if (!waiting.current.has(line)) {
            setProblems((known) => new Map(known).set(line, problem));
          }
        }
      }
      sending.current.delete(line);
      const isIdle = () => sending.current.size === 0 && waiting.current.size === 0;
      // The server's cart would undo changes that are not sent yet.
      if (!isIdle()) return;
      await refresh(queryClient, keys.cart);
      // A change may have been made meanwhile.
      if (isIdle()) setIsSaving(false);
    },
    [queryClient, toast],
  );

  const change = useCallback(
    (line: number, quantity: number) => {
      void queryClient.cancelQueries({ queryKey: keys.cart });
      queryClient.setQueryData<CartItem[]>(keys.cart, (items = []) =>
        quantity === 0
          ? items.filter((item) => item.id !== line)
          : items.map((item) => (item.id === line ? { ...item, quantity } : item)),
      );
      setProblems((known) => {
        const others = new Map(known);
        others.delete(line);
        return others;
      });
      setIsSaving(true);
      waiting.current.set(line, quantity);
      window.clearTimeout(timers.current.get(line));
      timers.current.set(
        line,
        window.setTimeout(() => void send(line), quantity === 0 ? 0 : QUIET),
      );
    },
    [queryClient, send],
  );

  useEffect(() => {
    if (!isSaving) return;
    unsaved += 1;
    return () => {
      unsaved -= 1;
    };
  }, [isSaving]);

  // Leaving or closing the page sends what is still waiting.
  useEffect(() => {
    const pending = waiting.current;
    const sendAll = (isClosing: boolean) => {
      for (const line of [...pending.keys()]) void send(line, isClosing);
    };
    const close = () => sendAll(true);
    window.addEventListener("pagehide", close);
    return () => {
      window.removeEventListener("pagehide", close);
      sendAll(false);
    };
  }, [send]);

  return { change, problems, isSaving };
}
