import { useMutation } from "@tanstack/react-query";
import type { SubmitEvent } from "react";

import { api, data } from "../api/client";
import { Alert, Button, classes, Field, ProblemAlert, ui, useTitle } from "../components/ui";
import { textOf } from "../form";
import { texts } from "../texts";

/** Mails a link to an order that was placed without an account. */
export default function FindOrder() {
  useTitle(texts.common.findYourOrder);
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
        <h1>{texts.common.findYourOrder}</h1>
        {request.isSuccess ? (
          <Alert kind="good">
            <p>{texts.orders.linkSent}</p>
          </Alert>
        ) : (
          <>
            <p className={ui.muted}>{texts.orders.withoutAccount}</p>
            {request.isError && <ProblemAlert error={request.error} />}
            <Field
              label={texts.orders.number}
              name="number"
              placeholder={texts.orders.numberExample}
              required
            />
            <Field
              label={texts.common.email}
              name="email"
              type="email"
              autoComplete="email"
              required
            />
            <Button type="submit" isBusy={request.isPending}>
              {texts.common.sendLink}
            </Button>
          </>
        )}
      </form>
    </div>
  );
}
