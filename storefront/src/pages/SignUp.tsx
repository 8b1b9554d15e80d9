import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useRef } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import { useSignIn } from "../components/SignInForm";
import { useToast } from "../components/toasts";
import { Button, classes, Field, FormProblem, ui, useTitle } from "../components/ui";
import { textOf } from "../form";
import { useFocusOnInvalid } from "../hooks/focus";
import { useIsSignedIn } from "../hooks/session";
import { safePath, withNext } from "../nextPath";
import { texts } from "../texts";

export default function SignUp() {
  useTitle(texts.common.createAccount);
  const [params] = useSearchParams();
  const next = safePath(params.get("next"));
  const isSignedIn = useIsSignedIn();
  const navigate = useNavigate();
  const toast = useToast();
  const signIn = useSignIn();
  const form = useRef<HTMLFormElement>(null);
  const register = useMutation({
    mutationFn: (body: { username: string; email: string; password: string }) =>
      data(api.POST("/api/register/", { body })),
    onSuccess: async ({ email }, { username, password }) => {
      const done = await signIn.start(username, password);
      toast({ text: texts.signIn.ready(email) });
      void navigate(done ? next : withNext("/sign-in", next), { replace: true });
    },
  });
  useFocusOnInvalid(form, register.error);
  const problem = register.isError ? asProblem(register.error) : null;
  // Fields that are taken are refused together with those that are not valid.
  const errors = { ...problem?.fields };
  if (errors["username"] && !register.variables?.username) {
    errors["username"] = texts.signIn.chooseUsername;
  }
  if (errors["email"] && register.variables?.email && problem?.code === "invalid_value") {
    errors["email"] = texts.signIn.emailRefused;
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (register.isPending) return;
    const fields = new FormData(event.currentTarget);
    register.mutate({
      username: textOf(fields, "username").trim(),
      email: textOf(fields, "email").trim(),
      password: textOf(fields, "password"),
    });
  };
  if (isSignedIn && !register.isPending) return <Navigate to={next} replace />;
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <form ref={form} className={classes(ui.card, ui.stack)} onSubmit={submit} noValidate>
        <h1>{texts.common.createAccount}</h1>
        <FormProblem error={register.error} />
        <Field
          label={texts.common.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          maxLength={150}
          required
          error={errors["username"]}
        />
        <Field
          label={texts.common.email}
          name="email"
          type="email"
          autoComplete="email"
          maxLength={254}
          required
          error={errors["email"]}
        />
        <Field
          label={texts.common.password}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={texts.signIn.passwordHint}
          required
          error={errors["password"]}
        />
        <Button type="submit" isBusy={register.isPending}>
          {texts.signIn.create}
        </Button>
        <p>
          {texts.checkout.haveAccount}{" "}
          <Link to={withNext("/sign-in", next)}>{texts.common.signIn}</Link>
        </p>
      </form>
    </div>
  );
}
