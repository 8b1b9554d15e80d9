import { useQueryClient } from "@tanstack/react-query";

import type { Account } from "../api/config";
import { keys } from "../api/queries";
import { session } from "../api/session";
import { useIsExpired } from "../hooks/session";
import { texts } from "../texts";
import { SignInForm, useSignIn } from "./SignInForm";
import { Button, Dialog, ui } from "./ui";

/** Asks for the password over a page whose session has ended, so that nothing typed is lost. */
export function SessionExpired() {
  const isExpired = useIsExpired();
  return (
    <Dialog title={texts.signIn.expired} isOpen={isExpired}>
      <Content />
    </Dialog>
  );
}

function Content() {
  const account = useQueryClient().getQueryData<Account>(keys.account);
  const signIn = useSignIn();
  return (
    <div className={ui.stack}>
      <p>{texts.signIn.expiredHint}</p>
      <SignInForm signIn={signIn} username={account?.username} onDone={() => undefined} />
      <Button variant="quiet" onClick={() => session.end()}>
        {texts.signIn.continueSignedOut}
      </Button>
    </div>
  );
}
