import { Link, Navigate, useNavigate, useSearchParams } from "react-router";

import { SignInForm, useSignIn } from "../components/SignInForm";
import { classes, ui, useTitle } from "../components/ui";
import { useIsSignedIn } from "../hooks/session";
import { safePath, withNext } from "../nextPath";
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
          <Link to={withNext("/forgotten-password", next)}>{texts.signIn.forgotten}</Link>
          <Link to={withNext("/sign-up", next)}>{texts.common.createAccount}</Link>
        </p>
        <p>
          {texts.signIn.orderedWithoutAccount}{" "}
          <Link to="/find-order">{texts.common.findYourOrder}</Link>
        </p>
      </div>
    </div>
  );
}
