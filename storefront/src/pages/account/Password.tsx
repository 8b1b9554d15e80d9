import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SubmitEvent } from "react";

import { api, received } from "../../api/client";
import { asProblem } from "../../api/problem";
import { keys } from "../../api/queries";
import { refresh } from "../../api/queryClient";
import { session } from "../../api/session";
import { useToast } from "../../components/toasts";
import { Button, Field, FormProblem } from "../../components/ui";
import { textOf } from "../../form";
import { texts } from "../../texts";
import styles from "../shop.module.css";
import { Section } from "./Section";

export function Password() {
  const queryClient = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: async (body: { current_password: string; new_password: string }) => {
      const { data: pair } = await received(
        api.POST("/api/password/change/", {
          params: { header: { "X-Session": "cookie" } },
          credentials: "include",
          body,
        }),
      );
      session.keepToken(pair.access);
    },
    onSuccess: () => {
      toast({ text: texts.account.passwordChanged });
      // It ends the other sessions.
      void refresh(queryClient, keys.sessions);
    },
  });
  const errors = change.isError ? asProblem(change.error).fields : {};
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
    <Section id="password" title={texts.common.password}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <FormProblem error={change.error} />
        <Field
          label={texts.account.currentPassword}
          name="current_password"
          type="password"
          autoComplete="current-password"
          error={errors["current_password"]}
          className={styles.half ?? ""}
        />
        <Field
          label={texts.common.newPassword}
          name="new_password"
          type="password"
          autoComplete="new-password"
          error={errors["new_password"]}
          className={styles.half ?? ""}
        />
        <div>
          <Button type="submit" isBusy={change.isPending}>
            {texts.account.changePassword}
          </Button>
        </div>
      </form>
    </Section>
  );
}
