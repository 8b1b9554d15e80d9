import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { api, data } from "../api/client";
import { asProblem } from "../api/problem";
import { Alert, ButtonLink, classes, Loading, ProblemAlert, ui, useTitle } from "../components/ui";
import { texts } from "../texts";

/** The page of the link in the mail. */
export default function VerifyEmail() {
  useTitle(texts.signIn.emailTitle);
  const token = useParams()["token"] ?? "";
  const verification = useQuery({
    queryKey: ["verify-email", token],
    queryFn: () => data(api.POST("/api/email/verify/", { body: { token } })),
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <div className={classes(ui.card, ui.stack)}>
        <h1>{texts.signIn.emailTitle}</h1>
        {verification.isPending && <Loading />}
        {verification.isSuccess && (
          <Alert kind="good">
            <p>{texts.signIn.emailVerified}</p>
          </Alert>
        )}
        {verification.isError && (
          <ProblemAlert
            error={verification.error}
            {...(asProblem(verification.error).isTemporary && {
              onRetry: () => void verification.refetch(),
            })}
          />
        )}
        <ButtonLink to="/">{texts.signIn.toShop}</ButtonLink>
      </div>
    </div>
  );
}
