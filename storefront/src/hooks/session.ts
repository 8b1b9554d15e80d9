import { useSyncExternalStore } from "react";

import { session, type SessionState } from "../api/session";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state);
}

export function useIsSignedIn(): boolean {
  return useSession() === "signed-in";
}

export function useIsExpired(): boolean {
  return useSyncExternalStore(session.subscribe, () => session.isExpired);
}

export function useIsOfOtherUser(): boolean {
  return useSyncExternalStore(session.subscribe, () => session.isOfOtherUser);
}

/** Whether there is a cart: that of a user or of a guest. */
export function useIsShopper(): boolean {
  return useSession() !== "signed-out";
}
