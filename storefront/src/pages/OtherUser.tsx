import { Button, classes, ui, useTitle } from "../components/ui";

/** Replaces a page on which another user has signed in, so that nothing of it is used. */
export function OtherUser() {
  useTitle("Another account is signed in");
  return (
    <main className={classes(ui.container, ui.page, ui.narrow, ui.stack)}>
      <div className={ui.stack} role="alert">
        <h1>Another account is signed in</h1>
        <p>
          This page belonged to the account that was signed in before. What you typed on it was not
          used.
        </p>
      </div>
      <Button onClick={() => window.location.assign("/")}>Go to the home page</Button>
    </main>
  );
}
