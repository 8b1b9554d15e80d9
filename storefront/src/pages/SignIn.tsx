import { Link, Navigate, useNavigate, useSearchParams } from "react-router";

import { SignInForm, useSignIn } from "../components/SignInForm";
import { classes, ui, useTitle } from "../components/ui";
import { useIsSignedIn } from "../hooks/session";

export default function SignIn() {
  useTitle("Sign in");
  const [params] = useSearchParams();
  const next = safePath(params.get("next"));
  const isSignedIn = useIsSignedIn();
  const navigate = useNavigate();
  const signIn = useSignIn();
  if (isSignedIn && !signIn.isBusy) return <Navigate to={next} replace />;
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <div className={classes(ui.card, ui.stack)}>
        <h1>Sign in</h1>
        <SignInForm signIn={signIn} onDone={() => void navigate(next, { replace: true })} />
        <p className={classes(ui.row, ui.spread)}>
          <Link to="/forgotten-password">Forgotten your password?</Link>
          <Link to={`/sign-up?next=${encodeURIComponent(next)}`}>Create an account</Link>
        </p>
        <p>
          Ordered without an account? <Link to="/find-order">Find your order</Link>
        </p>
      </div>
    </div>
  );
}

/** A path of this shop; other addresses, such as //evil.example, lead home. */
export function safePath(path: string | null): string {
  return path && /^\/(?![/\\])/.test(path) ? path : "/";
}
