import { useQueryClient } from "@tanstack/react-query";

import type { Account } from "../api/config";
import { keys } from "../api/queries";
import { session } from "../api/session";
import { useIsExpired } from "../hooks/session";
import { SignInForm, useSignIn } from "./SignInForm";
import { Button, Dialog, ui } from "./ui";

/** Asks for the password over a page whose session has ended, so that nothing typed is lost. */
export function SessionExpired() {
  const isExpired = useIsExpired();
  return (
    <Dialog title="Your session has ended" isOpen={isExpired}>
      <Content />
    </Dialog>
  );
}

function Content() {
  const account = useQueryClient().getQueryData<Account>(keys.account);
  const signIn = useSignIn();
  return (
    <div className={ui.stack}>
      <p>Sign in to continue on this page. What you typed is still there.</p>
      <SignInForm signIn={signIn} username={account?.username} onDone={() => undefined} />
      <Button variant="quiet" onClick={() => session.end()}>
        Continue without signing in
      </Button>
    </div>
  );
}
