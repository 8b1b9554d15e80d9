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
import { Addresses } from "./account/Addresses";
import { Password } from "./account/Password";
import { Section } from "./account/Section";
import { Sessions } from "./account/Sessions";
import { TwoFactor } from "./account/TwoFactor";
import styles from "./shop.module.css";

export default function Account() {
  useTitle("Account");
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
          {account.data ? `Hello, ${account.data.first_name || account.data.username}` : "Account"}
        </h1>
        <Button
          variant="quiet"
          className={ui.compact}
          isBusy={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </div>
      <div className={styles.account}>
        <nav className={styles.sections} aria-label="Account">
          <Link to="/orders">Orders</Link>
          <Link to="/wishlist">Wishlist</Link>
          <a href="#profile">Profile</a>
          <a href="#addresses">Addresses</a>
          <a href="#password">Password</a>
          <a href="#two-factor">Two-factor</a>
          <a href="#sessions">Devices</a>
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
      <p>
        Open the link that we sent to <strong>{account.email}</strong> to verify your address.
      </p>
      {resend.isSuccess ? (
        <p>We sent another link.</p>
      ) : (
        <Button
          variant="quiet"
          className={ui.compact}
          isBusy={resend.isPending}
          onClick={() => resend.mutate()}
        >
          Send it again
        </Button>
      )}
      {resend.isError && <p className={ui.error}>{asProblem(resend.error).message}</p>}
    </Alert>
  );
}

const PROFILE = [
  { name: "first_name", label: "First name", autoComplete: "given-name" },
  { name: "last_name", label: "Last name", autoComplete: "family-name" },
  { name: "username", label: "Username", autoComplete: "username" },
] as const;

function Profile({ account }: { account: AccountData }) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const save = useMutation({
    mutationFn: (body: { username: string; first_name: string; last_name: string }) =>
      data(api.PATCH("/api/profile/update/", { body })),
    onSuccess: (saved) => {
      queryClient.setQueryData(keys.account, saved);
      toast({ text: "Your profile is saved." });
    },
  });
  const errors = save.isError ? asProblem(save.error).fields : {};
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
    <Section id="profile" title="Profile">
      <p className={ui.muted}>{account.email}</p>
      <form className={styles.form} onSubmit={submit} noValidate>
        <FormProblem error={save.error} />
        {PROFILE.map((field) => (
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
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
