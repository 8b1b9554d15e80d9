import { Navigate, Outlet, useLocation } from "react-router";

import { useSession } from "../hooks/session";

/** Pages of a shopper who is signed in, or a guest. Others sign in first and come back. */
export function RequireSession({ allowGuests = false }: { allowGuests?: boolean }) {
  const { pathname, search } = useLocation();
  const state = useSession();
  if (state === "signed-in" || (allowGuests && state === "guest")) return <Outlet />;
  return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
}
