import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { api, data } from "../api/client";
import type { CartItem } from "../api/config";
import { asProblem, type Problem, problemOf } from "../api/problem";
import { keys } from "../api/queries";
import { session } from "../api/session";
import { textOf } from "../form";
import { plural } from "../format";
import { rememberAdjustments } from "../hooks/stored";
import { texts } from "../texts";
import { useToast } from "./toasts";
import { Alert, Button, Field, ui } from "./ui";

/** Username and password, then the code of the second factor of an account that has one. */
export function SignInForm({
  signIn,
  username,
  onDone,
}: {
  signIn: ReturnType<typeof useSignIn>;
  username?: string | undefined;
  onDone: () => void;
}) {
  const { problem, needsCode } = signIn;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const code = textOf(form, "otp").trim();
    const done = await signIn.start(
      textOf(form, "username"),
      textOf(form, "password"),
      code || undefined,
    );
    if (done) onDone();
  };
  const isCodeWrong = problem?.code === "mfa_code_not_valid";
  return (
    <form className={ui.stack} onSubmit={(event) => void submit(event)} noValidate>
      {problem && !isCodeWrong && (
        <Alert>
          <p>{problem.message}</p>
        </Alert>
      )}
      <div className={ui.stack} hidden={needsCode}>
        <Field
          label={texts.signIn.usernameOrEmail}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          readOnly={username !== undefined}
          defaultValue={username}
          error={problem?.fields["username"] && texts.signIn.enterUsername}
        />
        <Field
          label={texts.common.password}
          name="password"
          type="password"
          autoComplete="current-password"
          autoFocus={username !== undefined}
          required
          error={problem?.fields["password"] && texts.signIn.enterPassword}
        />
      </div>
      {needsCode && (
        <Field
          label={texts.common.code}
          name="otp"
          autoComplete="one-time-code"
          autoCapitalize="none"
          autoFocus
          maxLength={64}
          required
          hint={texts.signIn.codeHint}
          error={isCodeWrong ? problem.message : undefined}
        />
      )}
      <Button type="submit" isBusy={signIn.isBusy}>
        {texts.common.signIn}
      </Button>
      {needsCode && (
        <Button variant="quiet" onClick={signIn.restart}>
          {texts.signIn.back}
        </Button>
      )}
    </form>
  );
}

/**
 * Take over the cart of the guest that the user was. The page of the cart shows what was adjusted.
 * Returns how many items were. Rejects if the cart can't be taken over.
 */
async function mergeGuest(titles: ReadonlyMap<number, string>): Promise<number> {
  const guest = session.guestToken;
  if (guest === null) return 0;
  try {
    const { adjusted } = await data(api.POST("/api/cart/merge/", { body: { guest_token: guest } }));
    session.endMerge();
    rememberAdjustments(
      adjusted.map(({ variant_id, requested, quantity }) => ({
        title: titles.get(variant_id) ?? texts.cart.unknownItem,
        requested,
        quantity,
      })),
    );
    return adjusted.length;
  } catch (error) {
    const problem = asProblem(error);
    // A shop that is down merges the cart at the next sign-in.
    if (!problem.isTemporary) session.forgetGuest();
    if (problem.code === "guest_token_not_valid") return 0;
    throw error;
  }
}

/** Sign in, and take over the cart of the guest. */
export function useSignIn() {
  const toast = useToast();
  const queryClient = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [needsCode, setNeedsCode] = useState(false);

  const start = async (username: string, password: string, otp?: string): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    // The guest's cart is no longer shown after the sign-in.
    const items = queryClient.getQueryData<CartItem[]>(keys.cart) ?? [];
    const titles = new Map(items.map((item) => [item.variant.id, item.product_title]));
    setProblem(null);
    try {
      const refused = await session.signIn(username, password, otp);
      if (refused) throw problemOf(await refused.json().catch(() => null), refused);
    } catch (error) {
      const refusal = asProblem(error);
      const isFirst = refusal.code === "mfa_required";
      if (isFirst) setNeedsCode(true);
      setProblem(isFirst ? null : refusal);
      setBusy(false);
      return false;
    }
    await mergeGuest(titles).then(
      (adjusted) => {
        if (adjusted > 0) {
          toast({
            text: plural(adjusted, texts.cart.adjustedCount),
            link: { to: "/cart", label: texts.common.viewCart },
          });
        }
      },
      (error: unknown) => toast({ text: asProblem(error).message }),
    );
    setBusy(false);
    return true;
  };
  const restart = () => {
    setNeedsCode(false);
    setProblem(null);
  };
  return { start, restart, isBusy, problem, needsCode };
}
