import { Navigate, Outlet, useLocation } from "react-router";

import { useSession } from "../hooks/session";
import { withNext } from "../nextPath";

/** Pages of a shopper who is signed in, or a guest. Others sign in first and come back. */
export function RequireSession({ allowGuests = false }: { allowGuests?: boolean }) {
  const { pathname, search } = useLocation();
  const state = useSession();
  if (state === "signed-in" || (allowGuests && state === "guest")) return <Outlet />;
  return <Navigate to={withNext("/sign-in", pathname + search)} replace />;
}
