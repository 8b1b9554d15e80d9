import { Button, classes, ui, useTitle } from "../components/ui";
import { texts } from "../texts";

/** Replaces a page on which another user has signed in, so that nothing of it is used. */
export function OtherUser() {
  useTitle(texts.errors.otherUserTitle);
  return (
    <main className={classes(ui.container, ui.page, ui.narrow, ui.stack)}>
      <div className={ui.stack} role="alert">
        <h1>{texts.errors.otherUserTitle}</h1>
        <p>{texts.errors.otherUser}</p>
      </div>
      <Button onClick={() => window.location.assign("/")}>{texts.errors.goHome}</Button>
    </main>
  );
}
