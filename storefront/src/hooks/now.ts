import { useEffect, useState } from "react";

import type { Order } from "../api/config";

/** Milliseconds between two looks at an order whose time to pay is over. */
export const OVERDUE_POLL = 15_000;
// A timer with a longer delay would end at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/** The time in milliseconds. It is read again when one of `times`, in ISO format, has come. */
export function useNow(times: readonly (string | null | undefined)[]): number {
  const [now, setNow] = useState(() => Date.now());
  const next = Math.min(
    ...times.map((time) => (time ? Date.parse(time) : 0)).filter((time) => time > now),
    Infinity,
  );
  useEffect(() => {
    if (next === Infinity) return;
    const delay = Math.min(next - Date.now(), LONGEST_TIMER);
    const timer = window.setTimeout(() => setNow(Date.now()), delay);
    return () => window.clearTimeout(timer);
  }, [next, now]);
  return now;
}

/**
 * Whether its time to pay is over, by the clock of this device. The server cancels it soon, or keeps
 * it for up to a day while the provider has not reported the outcome of its payment.
 */
export function isOverdue(order: Order, now: number): boolean {
  return (
    order.status === "PENDING" && order.expires_at !== null && Date.parse(order.expires_at) <= now
  );
}
