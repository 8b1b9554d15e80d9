import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { Link, useNavigate } from "react-router";

import { api, data, received } from "../api/client";
import type { Account as AccountData, Address } from "../api/config";
import { asProblem } from "../api/problem";
import { accountQuery, addressesQuery, keys } from "../api/queries";
import { session } from "../api/session";
import { AddressForm, AddressText } from "../components/AddressForm";
import { useToast } from "../components/toasts";
import {
  Alert,
  Button,
  classes,
  Dialog,
  Field,
  Loading,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import styles from "./shop.module.css";
import { textOf } from "./SignIn";

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
          <a href="#sessions">Sessions</a>
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
  const problem = save.isError ? asProblem(save.error) : null;
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
    <section id="profile" className={classes(ui.card, ui.stack)} aria-labelledby="profile-title">
      <h2 id="profile-title">Profile</h2>
      <p className={ui.muted}>{account.email}</p>
      <form className={styles.form} onSubmit={submit} noValidate>
        {problem && Object.keys(problem.fields).length === 0 && <ProblemAlert error={problem} />}
        <Field
          label="First name"
          name="first_name"
          autoComplete="given-name"
          maxLength={150}
          defaultValue={account.first_name}
          error={problem?.fields["first_name"]}
          className={styles.half ?? ""}
        />
        <Field
          label="Last name"
          name="last_name"
          autoComplete="family-name"
          maxLength={150}
          defaultValue={account.last_name}
          error={problem?.fields["last_name"]}
          className={styles.half ?? ""}
        />
        <Field
          label="Username"
          name="username"
          autoComplete="username"
          maxLength={150}
          defaultValue={account.username}
          error={problem?.fields["username"]}
          className={styles.half ?? ""}
        />
        <div>
          <Button type="submit" isBusy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </section>
  );
}

function Addresses() {
  const addresses = useQuery(addressesQuery);
  const [edited, setEdited] = useState<Address | "new" | null>(null);
  const close = () => setEdited(null);
  return (
    <section
      id="addresses"
      className={classes(ui.card, ui.stack)}
      aria-labelledby="addresses-title"
    >
      <h2 id="addresses-title">Addresses</h2>
      {addresses.isPending && <Loading />}
      {addresses.isError && (
        <ProblemAlert error={addresses.error} onRetry={() => void addresses.refetch()} />
      )}
      {addresses.data?.length === 0 && <p className={ui.muted}>You have no addresses yet.</p>}
      <ul className={styles.addresses}>
        {(addresses.data ?? []).map((address) => (
          <AddressCard key={address.id} address={address} onEdit={() => setEdited(address)} />
        ))}
      </ul>
      <div>
        <Button variant="quiet" className={ui.compact} onClick={() => setEdited("new")}>
          Add an address
        </Button>
      </div>
      <Dialog
        title={edited === "new" ? "New address" : "Edit address"}
        isOpen={edited !== null}
        onClose={close}
      >
        <AddressForm
          address={edited === "new" || edited === null ? undefined : edited}
          onSaved={close}
          onCancel={close}
        />
      </Dialog>
    </section>
  );
}

function AddressCard({ address, onEdit }: { address: Address; onEdit: () => void }) {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.addresses });
  const path = { params: { path: { address_id: address.id } } };
  const remove = useMutation({
    mutationFn: () => data(api.DELETE("/api/addresses/{address_id}/", path)),
    onSettled: refresh,
  });
  const makeDefault = useMutation({
    mutationFn: () => data(api.POST("/api/addresses/{address_id}/set-default/", path)),
    onSettled: refresh,
  });
  const error = remove.error ?? makeDefault.error;
  const which = (
    <span className={ui.hidden}>
      : {address.house_number}, {address.town}
    </span>
  );
  return (
    <li className={styles.address}>
      <p>
        <span className={ui.badge}>{address.address_type === "OFFICE" ? "Office" : "Home"}</span>{" "}
        {address.is_default && <span className={classes(ui.badge, ui.badgeGood)}>Default</span>}
      </p>
      <AddressText address={address} />
      {error && <p className={ui.error}>{asProblem(error).message}</p>}
      <div className={styles.lineActions}>
        <button type="button" className={ui.link} onClick={onEdit}>
          Edit{which}
        </button>
        {!address.is_default && (
          <button type="button" className={ui.link} onClick={() => makeDefault.mutate()}>
            Make default{which}
          </button>
        )}
        <button type="button" className={ui.link} onClick={() => remove.mutate()}>
          Delete{which}
        </button>
      </div>
    </li>
  );
}

function Password() {
  const toast = useToast();
  const change = useMutation({
    mutationFn: async (body: { current_password: string; new_password: string }) => {
      const { data: pair } = await received(
        api.POST("/api/password/change/", {
          params: { header: { "X-Session": "cookie" } },
          body,
        }),
      );
      session.keepToken(pair.access);
    },
    onSuccess: () => toast({ text: "Your password is changed. Other devices are signed out." }),
  });
  const problem = change.isError ? asProblem(change.error) : null;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    await change
      .mutateAsync({
        current_password: textOf(fields, "current_password"),
        new_password: textOf(fields, "new_password"),
      })
      .then(() => form.reset())
      .catch(() => null);
  };
  return (
    <section id="password" className={classes(ui.card, ui.stack)} aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        {problem && Object.keys(problem.fields).length === 0 && <ProblemAlert error={problem} />}
        <Field
          label="Current password"
          name="current_password"
          type="password"
          autoComplete="current-password"
          error={problem?.fields["current_password"]}
          className={styles.half ?? ""}
        />
        <Field
          label="New password"
          name="new_password"
          type="password"
          autoComplete="new-password"
          error={problem?.fields["new_password"]}
          className={styles.half ?? ""}
        />
        <div>
          <Button type="submit" isBusy={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </section>
  );
}

function Sessions() {
  const navigate = useNavigate();
  const toast = useToast();
  const revoke = useMutation({
    mutationFn: () => data(api.POST("/api/sessions/revoke/")),
    onSuccess: () => {
      session.end();
      toast({ text: "You are signed out on all devices." });
      void navigate("/");
    },
  });
  return (
    <section id="sessions" className={classes(ui.card, ui.stack)} aria-labelledby="sessions-title">
      <h2 id="sessions-title">Sessions</h2>
      <p className={ui.muted}>Lost a phone, or used a shared computer? End all sessions at once.</p>
      {revoke.isError && <ProblemAlert error={revoke.error} />}
      <div>
        <Button variant="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate()}>
          Sign out everywhere
        </Button>
      </div>
    </section>
  );
}
