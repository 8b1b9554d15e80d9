import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, data } from "../../api/client";
import { keys, sessionsQuery } from "../../api/queries";
import { refresh } from "../../api/queryClient";
import { session } from "../../api/session";
import { useToast } from "../../components/toasts";
import { Button, classes, Loading, ProblemAlert, ui } from "../../components/ui";
import { deviceName } from "../../device";
import { dateTime } from "../../format";
import { texts } from "../../texts";
import styles from "../shop.module.css";
import { Section } from "./Section";

export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const end = useMutation({
    mutationFn: (id: number) =>
      data(api.DELETE("/api/sessions/{session_id}/", { params: { path: { session_id: id } } })),
    onSuccess: () => toast({ text: texts.account.deviceSignedOut }),
    onSettled: () => refresh(queryClient, keys.sessions),
  });
  const endOthers = useMutation({
    mutationFn: () => data(api.POST("/api/sessions/revoke-others/")),
    onSuccess: () => toast({ text: texts.account.othersSignedOut }),
    onSettled: () => refresh(queryClient, keys.sessions),
  });
  const endAll = useMutation({
    mutationFn: () => data(api.POST("/api/sessions/revoke/")),
    onSuccess: () => {
      session.end();
      toast({ text: texts.account.allSignedOut });
      void navigate("/");
    },
  });
  const error = end.error ?? endOthers.error ?? endAll.error;
  const rows = sessions.data ?? [];
  return (
    <Section id="sessions" title={texts.account.devices}>
      <p className={ui.muted}>{texts.account.devicesHint}</p>
      {sessions.isPending && <Loading />}
      {sessions.isError && (
        <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      <ul className={styles.sessions}>
        {rows.map(({ id, user_agent, opened_at, last_used_at, is_current }) => (
          <li key={id} className={classes(ui.row, ui.spread)}>
            <div>
              <strong>{deviceName(user_agent)}</strong>{" "}
              {is_current && (
                <span className={classes(ui.badge, ui.badgeGood)}>{texts.account.thisDevice}</span>
              )}
              <p className={classes(ui.small, ui.muted)}>
                {texts.account.lastUsed(dateTime(last_used_at), dateTime(opened_at))}
              </p>
            </div>
            {!is_current && (
              <Button
                variant="quiet"
                className={ui.compact}
                isBusy={end.isPending && end.variables === id}
                onClick={() => end.mutate(id)}
              >
                {texts.common.signOut}
                <span className={ui.hidden}> {deviceName(user_agent)}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error && <ProblemAlert error={error} />}
      <div className={ui.row}>
        {rows.length > 1 && (
          <Button variant="quiet" isBusy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {texts.account.signOutOthers}
          </Button>
        )}
        <Button variant="danger" isBusy={endAll.isPending} onClick={() => endAll.mutate()}>
          {texts.account.signOutAll}
        </Button>
      </div>
    </Section>
  );
}
