import { Link, Navigate, useNavigate, useSearchParams } from "react-router";

import { SignInForm, useSignIn } from "../components/SignInForm";
import { classes, ui, useTitle } from "../components/ui";
import { useIsSignedIn } from "../hooks/session";
import { texts } from "../texts";

export default function SignIn() {
  useTitle(texts.common.signIn);
  const [params] = useSearchParams();
  const next = safePath(params.get("next"));
  const isSignedIn = useIsSignedIn();
  const navigate = useNavigate();
  const signIn = useSignIn();
  if (isSignedIn && !signIn.isBusy) return <Navigate to={next} replace />;
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <div className={classes(ui.card, ui.stack)}>
        <h1>{texts.common.signIn}</h1>
        <SignInForm signIn={signIn} onDone={() => void navigate(next, { replace: true })} />
        <p className={classes(ui.row, ui.spread)}>
          <Link to="/forgotten-password">{texts.signIn.forgotten}</Link>
          <Link to={`/sign-up?next=${encodeURIComponent(next)}`}>{texts.common.createAccount}</Link>
        </p>
        <p>
          {texts.signIn.orderedWithoutAccount}{" "}
          <Link to="/find-order">{texts.common.findYourOrder}</Link>
        </p>
      </div>
    </div>
  );
}

/** A path of this shop; other addresses, such as //evil.example, lead home. */
export function safePath(path: string | null): string {
  // Browsers ignore tabs and line breaks in addresses.
  return path && /^\/(?![/\\])[^\t\r\n]*$/.test(path) ? path : "/";
}
