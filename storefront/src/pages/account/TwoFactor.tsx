import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { api, data } from "../../api/client";
import type { MfaSetup } from "../../api/config";
import { asProblem } from "../../api/problem";
import { keys, mfaQuery } from "../../api/queries";
import { refresh } from "../../api/queryClient";
import { Image } from "../../components/Image";
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
import { texts } from "../../texts";
import styles from "../shop.module.css";
import { Section } from "./Section";

/** Set up, change and turn off the second factor of sign-in. */
export function TwoFactor() {
  const mfa = useQuery(mfaQuery);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Section id="two-factor" title={texts.twoFactor.title}>
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
      <p>{texts.twoFactor.setUpHint}</p>
      <RecentSignIn error={start.error} onConfirmed={() => start.mutate()} />
      <div>
        <Button isBusy={start.isPending} onClick={() => start.mutate()}>
          {texts.twoFactor.setUp}
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
      void refresh(queryClient, keys.mfa, keys.sessions);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirm.mutate(textOf(new FormData(event.currentTarget), "otp").trim());
  };
  return (
    <form className={ui.stack} onSubmit={submit} noValidate>
      <p>{texts.twoFactor.scan}</p>
      <Image className={styles.qrCode} src={setup.qr_code} alt={texts.twoFactor.qrCode} />
      <p>
        {texts.twoFactor.key} <code>{setup.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      <FormProblem error={confirm.error} />
      <Field
        label={texts.common.code}
        name="otp"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        required
        error={confirm.error ? asProblem(confirm.error).fields["otp"] : undefined}
      />
      <div className={ui.row}>
        <Button type="submit" isBusy={confirm.isPending}>
          {texts.twoFactor.turnOn}
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          {texts.common.cancel}
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
      toast({ text: texts.twoFactor.copied });
    } catch {
      toast({ text: texts.twoFactor.notCopied });
    }
  };
  return (
    <>
      <Alert kind="warn">
        <p>
          <strong>{texts.twoFactor.saveCodes}</strong> {texts.twoFactor.saveCodesHint}
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
          {texts.twoFactor.copy}
        </Button>
        <Button onClick={onDone}>{texts.twoFactor.saved}</Button>
      </div>
    </>
  );
}

function Enabled({ left, onCodes }: { left: number; onCodes: (codes: string[]) => void }) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const [isDisabling, setDisabling] = useState(false);
  const replace = useMutation({
    mutationFn: () => data(api.POST("/api/mfa/recovery-codes/")),
    onSuccess: ({ recovery_codes }) => {
      onCodes(recovery_codes);
      void refresh(queryClient, keys.mfa);
    },
  });
  const disable = useMutation({
    mutationFn: (password: string) => data(api.POST("/api/mfa/disable/", { body: { password } })),
    onSuccess: () => {
      toast({ text: texts.twoFactor.turnedOff });
      void refresh(queryClient, keys.mfa);
    },
  });
  return (
    <>
      <p>
        <span className={classes(ui.badge, ui.badgeGood)}>{texts.twoFactor.on}</span>{" "}
        {texts.twoFactor.enabled(count(left))}
      </p>
      <RecentSignIn error={replace.error} onConfirmed={() => replace.mutate()} />
      {isDisabling && (
        <PasswordForm
          error={disable.error}
          isBusy={disable.isPending}
          label={texts.twoFactor.turnOff}
          onSubmit={disable.mutate}
        />
      )}
      <div className={ui.row}>
        <Button variant="quiet" isBusy={replace.isPending} onClick={() => replace.mutate()}>
          {texts.twoFactor.newCodes}
        </Button>
        {!isDisabling && (
          <Button variant="danger" onClick={() => setDisabling(true)}>
            {texts.twoFactor.turnOffStart}
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
      label={texts.twoFactor.confirm}
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
        label={texts.twoFactor.confirmPassword}
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus
        required
        error={
          error && asProblem(error).fields["password"] ? texts.signIn.wrongPassword : undefined
        }
      />
      <div>
        <Button type="submit" isBusy={isBusy}>
          {label}
        </Button>
      </div>
    </form>
  );
}
