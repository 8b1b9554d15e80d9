import { useMutation } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Link } from "react-router";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import { Alert, Button, classes, Field, FormProblem, ui, useTitle } from "../components/ui";
import { textOf } from "../form";

export default function ForgottenPassword() {
  useTitle("Forgotten password");
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
        <h1>Forgotten password</h1>
        {request.isSuccess ? (
          <Alert kind="good">
            <p>
              If there is an account with this address, we have sent a link that is valid for an
              hour.
            </p>
          </Alert>
        ) : (
          <>
            <p className={ui.muted}>We send you a link with which you choose a new password.</p>
            <FormProblem error={request.error} />
            <Field
              label="E-mail"
              name="email"
              type="email"
              autoComplete="email"
              required
              error={error?.fields["email"]}
            />
            <Button type="submit" isBusy={request.isPending}>
              Send the link
            </Button>
          </>
        )}
        <Link to="/sign-in">Back to sign in</Link>
      </form>
    </div>
  );
}
