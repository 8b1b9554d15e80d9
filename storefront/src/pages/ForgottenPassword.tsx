import { useMutation } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Link, useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import { Alert, Button, classes, Field, FormProblem, ui, useTitle } from "../components/ui";
import { textOf } from "../form";
import { safePath, withNext } from "../nextPath";
import { texts } from "../texts";

export default function ForgottenPassword() {
  useTitle(texts.signIn.forgottenTitle);
  const [params] = useSearchParams();
  const next = safePath(params.get("next"));
  const request = useMutation({
    mutationFn: (email: string) => data(api.POST("/api/password-reset/", { body: { email } })),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    request.mutate(textOf(new FormData(event.currentTarget), "email").trim());
  };
  const error = request.isError ? asProblem(request.error) : null;
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <form className={classes(ui.card, ui.stack)} onSubmit={submit} noValidate>
        <h1>{texts.signIn.forgottenTitle}</h1>
        {request.isSuccess ? (
          <Alert kind="good">
            <p>{texts.signIn.resetSent}</p>
          </Alert>
        ) : (
          <>
            <p className={ui.muted}>{texts.signIn.forgottenHint}</p>
            <FormProblem error={request.error} />
            <Field
              label={texts.common.email}
              name="email"
              type="email"
              autoComplete="email"
              required
              error={error?.fields["email"]}
            />
            <Button type="submit" isBusy={request.isPending}>
              {texts.common.sendLink}
            </Button>
          </>
        )}
        <Link to={withNext("/sign-in", next)}>{texts.signIn.backToSignIn}</Link>
      </form>
    </div>
  );
}
