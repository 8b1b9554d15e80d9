import { useMutation } from "@tanstack/react-query";
import type { SubmitEvent } from "react";

import { api, data } from "../api/client";
import { Alert, Button, classes, Field, ProblemAlert, ui, useTitle } from "../components/ui";
import { textOf } from "../form";

/** Mails a link to an order that was placed without an account. */
export default function FindOrder() {
  useTitle("Find your order");
  const request = useMutation({
    mutationFn: (body: { number: string; email: string }) =>
      data(api.POST("/api/orders/lookup/", { body })),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    request.mutate({
      number: textOf(form, "number").trim().toUpperCase(),
      email: textOf(form, "email").trim(),
    });
  };
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      <form className={classes(ui.card, ui.stack)} onSubmit={submit}>
        <h1>Find your order</h1>
        {request.isSuccess ? (
          <Alert kind="good">
            <p>If the order exists, a link to it is on its way to this address.</p>
          </Alert>
        ) : (
          <>
            <p className={ui.muted}>You ordered without an account? We send you a link to it.</p>
            {request.isError && <ProblemAlert error={request.error} />}
            <Field label="Order number" name="number" placeholder="NC-…" required />
            <Field label="E-mail" name="email" type="email" autoComplete="email" required />
            <Button type="submit" isBusy={request.isPending}>
              Send the link
            </Button>
          </>
        )}
      </form>
    </div>
  );
}
