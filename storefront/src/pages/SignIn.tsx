import { type SubmitEvent, useState } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { asProblem, type Problem, problemOf } from "../api/problem";
import { session } from "../api/session";
import { useToast } from "../components/toasts";
import { Alert, Button, classes, Field, ui, useTitle } from "../components/ui";
import { plural } from "../format";
import { useIsSignedIn } from "../hooks/session";

export default function SignIn() {
  useTitle("Sign in");
  const [params] = useSearchParams();
  const next = safePath(params.get("next"));
  const isSignedIn = useIsSignedIn();
  const navigate = useNavigate();
  const signIn = useSignIn();
  if (isSignedIn && !signIn.isBusy) return <Navigate to={next} replace />;

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const done = await signIn.start(textOf(form, "username"), textOf(form, "password"));
    if (done) void navigate(next, { replace: true });
  };
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <form
        className={classes(ui.card, ui.stack)}
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        <h1>Sign in</h1>
        {signIn.problem && (
          <Alert>
            <p>{signIn.problem.message}</p>
          </Alert>
        )}
        <Field
          label="Username or e-mail"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          error={signIn.problem?.fields["username"]}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={signIn.problem?.fields["password"]}
        />
        <Button type="submit" isBusy={signIn.isBusy}>
          Sign in
        </Button>
        <p className={classes(ui.row, ui.spread)}>
          <Link to="/forgotten-password">Forgotten your password?</Link>
          <Link to={`/sign-up?next=${encodeURIComponent(next)}`}>Create an account</Link>
        </p>
      </form>
    </div>
  );
}

/** Take over the cart of the guest that the user was. Returns how many items were adjusted. */
async function mergeGuest(): Promise<number> {
  const guest = session.guestToken;
  if (guest === null) return 0;
  try {
    const { adjusted } = await data(api.POST("/api/cart/merge/", { body: { guest_token: guest } }));
    return adjusted.length;
  } finally {
    session.forgetGuest();
  }
}

/** Sign in, and take over the cart of the guest. */
export function useSignIn() {
  const toast = useToast();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const start = async (username: string, password: string): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setProblem(null);
    try {
      const refused = await session.signIn(username, password);
      if (refused) throw problemOf(await refused.json().catch(() => null), refused);
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
      return false;
    }
    await mergeGuest().then(
      (adjusted) => {
        if (adjusted > 0) {
          toast({
            text: `${plural(adjusted, "item", "items")} of your cart changed, since fewer are left.`,
            link: { to: "/cart", label: "View cart" },
          });
        }
      },
      (error: unknown) => toast({ text: asProblem(error).message }),
    );
    setBusy(false);
    return true;
  };
  return { start, isBusy, problem };
}

/** A path of this shop; other addresses, such as //evil.example, lead home. */
export function safePath(path: string | null): string {
  return path && /^\/(?![/\\])/.test(path) ? path : "/";
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
