import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { api, data } from "../../api/client";
import type { MfaSetup } from "../../api/config";
import { asProblem } from "../../api/problem";
import { keys, mfaQuery } from "../../api/queries";
import { useToast } from "../../components/toasts";
import {
  Alert,
  Button,
  classes,
  Field,
  FormProblem,
  Loading,
  ProblemAlert,
  ui,
} from "../../components/ui";
import { textOf } from "../../form";
import { count } from "../../format";
import styles from "../shop.module.css";
import { Section } from "./Section";

/** Set up, change and turn off the second factor of sign-in. */
export function TwoFactor() {
  const mfa = useQuery(mfaQuery);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Section id="two-factor" title="Two-factor authentication">
      {mfa.isPending && <Loading />}
      {mfa.isError && <ProblemAlert error={mfa.error} onRetry={() => void mfa.refetch()} />}
      {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      {!codes && mfa.data && !mfa.data.is_enabled && <SetUp onCodes={setCodes} />}
      {!codes && mfa.data?.is_enabled && (
        <Enabled left={mfa.data.recovery_codes} onCodes={setCodes} />
      )}
    </Section>
  );
}

function SetUp({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const start = useMutation({ mutationFn: () => data(api.POST("/api/mfa/setup/")) });
  if (start.data) return <FirstCode setup={start.data} onCodes={onCodes} onCancel={start.reset} />;
  return (
    <>
      <p>
        Protect your account with an authenticator app: signing in then needs a code of the app
        besides your password. Your other devices are signed out.
      </p>
      <RecentSignIn error={start.error} onConfirmed={() => start.mutate()} />
      <div>
        <Button isBusy={start.isPending} onClick={() => start.mutate()}>
          Set up
        </Button>
      </div>
    </>
  );
}

function FirstCode({
  setup,
  onCodes,
  onCancel,
}: {
  setup: MfaSetup;
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}) {
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: (otp: string) => data(api.POST("/api/mfa/confirm/", { body: { otp } })),
    onSuccess: ({ recovery_codes }) => {
      onCodes(recovery_codes);
      void queryClient.invalidateQueries({ queryKey: keys.mfa });
      void queryClient.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirm.mutate(textOf(new FormData(event.currentTarget), "otp").trim());
  };
  return (
    <form className={ui.stack} onSubmit={submit} noValidate>
      <p>
        Scan this code with your authenticator app, or enter the key. Then enter the six digits that
        the app shows.
      </p>
      <img className={styles.qrCode} src={setup.qr_code} alt="QR code of the key" />
      <p>
        Key: <code>{setup.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      <FormProblem error={confirm.error} />
      <Field
        label="Code"
        name="otp"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        required
        error={confirm.error ? asProblem(confirm.error).fields["otp"] : undefined}
      />
      <div className={ui.row}>
        <Button type="submit" isBusy={confirm.isPending}>
          Turn on
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const toast = useToast();
  const copy = async () => {
    try {
      // Browsers have no clipboard for sites without https.
      await navigator.clipboard.writeText(codes.join("\n"));
      toast({ text: "The recovery codes are copied." });
    } catch {
      toast({ text: "The codes could not be copied. Select them instead." });
    }
  };
  return (
    <>
      <Alert kind="warn">
        <p>
          <strong>Save these recovery codes.</strong> Each lets you sign in once without your app.
          They are not shown again.
        </p>
      </Alert>
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={ui.row}>
        <Button variant="quiet" onClick={() => void copy()}>
          Copy
        </Button>
        <Button onClick={onDone}>I have saved them</Button>
      </div>
    </>
  );
}

function Enabled({ left, onCodes }: { left: number; onCodes: (codes: string[]) => void }) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const [isDisabling, setDisabling] = useState(false);
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.mfa });
  const replace = useMutation({
    mutationFn: () => data(api.POST("/api/mfa/recovery-codes/")),
    onSuccess: ({ recovery_codes }) => {
      onCodes(recovery_codes);
      void refresh();
    },
  });
  const disable = useMutation({
    mutationFn: (password: string) => data(api.POST("/api/mfa/disable/", { body: { password } })),
    onSuccess: () => {
      toast({ text: "Two-factor authentication is turned off." });
      void refresh();
    },
  });
  return (
    <>
      <p>
        <span className={classes(ui.badge, ui.badgeGood)}>On</span> Signing in needs a code of your
        authenticator app. {count(left)} of 10 recovery codes are left.
      </p>
      <RecentSignIn error={replace.error} onConfirmed={() => replace.mutate()} />
      {isDisabling && (
        <PasswordForm
          error={disable.error}
          isBusy={disable.isPending}
          label="Turn off"
          onSubmit={disable.mutate}
        />
      )}
      <div className={ui.row}>
        <Button variant="quiet" isBusy={replace.isPending} onClick={() => replace.mutate()}>
          New recovery codes
        </Button>
        {!isDisabling && (
          <Button variant="danger" onClick={() => setDisabling(true)}>
            Turn off …
          </Button>
        )}
      </div>
    </>
  );
}

/** The error of a request; asks for the password where the sign-in was too long ago. */
function RecentSignIn({ error, onConfirmed }: { error: unknown; onConfirmed: () => void }) {
  const confirm = useMutation({
    mutationFn: (password: string) =>
      data(api.POST("/api/reauthenticate/", { body: { password } })),
    onSuccess: onConfirmed,
  });
  if (!error) return null;
  if (asProblem(error).code !== "reauthentication_required") return <ProblemAlert error={error} />;
  return (
    <PasswordForm
      error={confirm.error}
      isBusy={confirm.isPending}
      label="Confirm"
      onSubmit={confirm.mutate}
    />
  );
}

function PasswordForm({
  error,
  isBusy,
  label,
  onSubmit,
}: {
  error: unknown;
  isBusy: boolean;
  label: string;
  onSubmit: (password: string) => void;
}) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isBusy) onSubmit(textOf(new FormData(event.currentTarget), "password"));
  };
  return (
    <form className={ui.stack} onSubmit={submit} noValidate>
      <FormProblem error={error} />
      <Field
        label="Confirm with your password"
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus
        required
        error={error ? asProblem(error).fields["password"] : undefined}
      />
      <div>
        <Button type="submit" isBusy={isBusy}>
          {label}
        </Button>
      </div>
    </form>
  );
}
