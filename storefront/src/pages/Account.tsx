import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Link, useNavigate } from "react-router";

import { api, data } from "../api/client";
import type { Account as AccountData } from "../api/config";
import { asProblem } from "../api/problem";
import { accountQuery, keys } from "../api/queries";
import { session } from "../api/session";
import { useToast } from "../components/toasts";
import {
  Alert,
  Button,
  classes,
  Field,
  FormProblem,
  Loading,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { textOf } from "../form";
import { texts } from "../texts";
import { Addresses } from "./account/Addresses";
import { Password } from "./account/Password";
import { Section } from "./account/Section";
import { Sessions } from "./account/Sessions";
import { TwoFactor } from "./account/TwoFactor";
import styles from "./shop.module.css";

export default function Account() {
  useTitle(texts.common.account);
  const account = useQuery(accountQuery);
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => session.signOut(),
    onSuccess: () => void navigate("/"),
  });
  return (
    <div className={classes(ui.container, ui.page)}>
      <div className={classes(ui.row, ui.spread)}>
        <h1>
          {account.data
            ? texts.account.hello(account.data.first_name || account.data.username)
            : texts.common.account}
        </h1>
        <Button
          variant="quiet"
          className={ui.compact}
          isBusy={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          {texts.common.signOut}
        </Button>
      </div>
      {signOut.isError && <ProblemAlert error={signOut.error} />}
      <div className={styles.account}>
        <nav className={styles.sections} aria-label={texts.common.account}>
          <Link to="/orders">{texts.common.orders}</Link>
          <Link to="/wishlist">{texts.common.wishlist}</Link>
          <a href="#profile">{texts.common.profile}</a>
          <a href="#addresses">{texts.address.title}</a>
          <a href="#password">{texts.common.password}</a>
          <a href="#two-factor">{texts.account.twoFactorLink}</a>
          <a href="#sessions">{texts.account.devices}</a>
        </nav>
        <div className={ui.stack}>
          {account.isPending && <Loading />}
          {account.isError && (
            <ProblemAlert error={account.error} onRetry={() => void account.refetch()} />
          )}
          {account.data && (
            <>
              <EmailNotice account={account.data} />
              <Profile account={account.data} />
            </>
          )}
          <Addresses />
          <Password />
          <TwoFactor />
          <Sessions />
        </div>
      </div>
    </div>
  );
}

function EmailNotice({ account }: { account: AccountData }) {
  const resend = useMutation({
    mutationFn: () => data(api.POST("/api/email/verify/resend/")),
  });
  if (account.email_verified) return null;
  return (
    <Alert kind="info">
      <p>{texts.account.verifyEmail(account.email)}</p>
      {resend.isSuccess ? (
        <p>{texts.account.linkSent}</p>
      ) : (
        <Button
          variant="quiet"
          className={ui.compact}
          isBusy={resend.isPending}
          onClick={() => resend.mutate()}
        >
          {texts.account.sendAgain}
        </Button>
      )}
      {resend.isError && <p className={ui.error}>{asProblem(resend.error).message}</p>}
    </Alert>
  );
}

function Profile({ account }: { account: AccountData }) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const save = useMutation({
    mutationFn: (body: { username: string; first_name: string; last_name: string }) =>
      data(api.PATCH("/api/profile/update/", { body })),
    onSuccess: (saved) => {
      // The answer to a request that is under way could be older.
      void queryClient.cancelQueries({ queryKey: keys.account });
      queryClient.setQueryData(keys.account, saved);
      toast({ text: texts.account.profileSaved });
    },
  });
  const errors = save.isError ? asProblem(save.error).fields : {};
  const fields = [
    { name: "first_name", label: texts.account.firstName, autoComplete: "given-name" },
    { name: "last_name", label: texts.account.lastName, autoComplete: "family-name" },
    { name: "username", label: texts.common.username, autoComplete: "username" },
  ] as const;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({
      username: textOf(form, "username").trim(),
      first_name: textOf(form, "first_name").trim(),
      last_name: textOf(form, "last_name").trim(),
    });
  };
  return (
    <Section id="profile" title={texts.common.profile}>
      <p className={ui.muted}>{account.email}</p>
      <form className={styles.form} onSubmit={submit} noValidate>
        <FormProblem error={save.error} />
        {fields.map((field) => (
          <Field
            key={field.name}
            {...field}
            maxLength={150}
            defaultValue={account[field.name]}
            error={errors[field.name]}
            className={styles.half ?? ""}
          />
        ))}
        <div>
          <Button type="submit" isBusy={save.isPending}>
            {texts.common.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}
