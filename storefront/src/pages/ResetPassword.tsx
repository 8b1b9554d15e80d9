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
import { texts } from "../texts";

/** The page of the link in the mail. */
export default function ResetPassword() {
  useTitle(texts.common.newPassword);
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
        <h1>{texts.common.newPassword}</h1>
        {check.isPending && <Loading />}
        {isInvalid && (
          <Alert>
            <p>{texts.signIn.linkUsed}</p>
            <Link to="/forgotten-password">{texts.common.sendAnotherLink}</Link>
          </Alert>
        )}
        {check.isError && !isInvalid && (
          <ProblemAlert error={check.error} onRetry={() => void check.refetch()} />
        )}
        {reset.isSuccess && (
          <>
            <Alert kind="good">
              <p>{texts.signIn.passwordChanged}</p>
            </Alert>
            <ButtonLink to="/sign-in">{texts.common.signIn}</ButtonLink>
          </>
        )}
        {check.isSuccess && !reset.isSuccess && (
          <>
            {problem && !problem.fields["password"] && <ProblemAlert error={problem} />}
            <Field
              label={texts.common.newPassword}
              name="password"
              type="password"
              autoComplete="new-password"
              required
              error={problem?.fields["password"]}
            />
            <Button type="submit" isBusy={reset.isPending}>
              {texts.common.save}
            </Button>
          </>
        )}
      </form>
    </div>
  );
}
