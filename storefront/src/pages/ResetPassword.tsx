import { useMutation, useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Link, useParams } from "react-router";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import {
  Alert,
  Button,
  ButtonLink,
  classes,
  Field,
  Loading,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { textOf } from "../form";

/** The page of the link in the mail. */
export default function ResetPassword() {
  useTitle("New password");
  const token = useParams()["token"] ?? "";
  const check = useQuery({
    queryKey: ["reset-token", token],
    queryFn: () => data(api.POST("/api/password-reset/validate_token/", { body: { token } })),
    retry: false,
    // The link is checked once, so that the form stays and a used link is no error afterwards.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const reset = useMutation({
    mutationFn: (password: string) =>
      data(api.POST("/api/password-reset/confirm/", { body: { token, password } })),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    reset.mutate(textOf(new FormData(event.currentTarget), "password"));
  };
  const problem = reset.isError ? asProblem(reset.error) : null;
  const isInvalid = check.isError && asProblem(check.error).status === 404;
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <form className={classes(ui.card, ui.stack)} onSubmit={submit} noValidate>
        <h1>New password</h1>
        {check.isPending && <Loading />}
        {isInvalid && (
          <Alert>
            <p>This link was used already, or it is older than an hour.</p>
            <Link to="/forgotten-password">Send another link</Link>
          </Alert>
        )}
        {check.isError && !isInvalid && (
          <ProblemAlert error={check.error} onRetry={() => void check.refetch()} />
        )}
        {reset.isSuccess && (
          <>
            <Alert kind="good">
              <p>Your password has been changed. You are signed out on all devices.</p>
            </Alert>
            <ButtonLink to="/sign-in">Sign in</ButtonLink>
          </>
        )}
        {check.isSuccess && !reset.isSuccess && (
          <>
            {problem && !problem.fields["password"] && <ProblemAlert error={problem} />}
            <Field
              label="New password"
              name="password"
              type="password"
              autoComplete="new-password"
              required
              error={problem?.fields["password"]}
            />
            <Button type="submit" isBusy={reset.isPending}>
              Save
            </Button>
          </>
        )}
      </form>
    </div>
  );
}
