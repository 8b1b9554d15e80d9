import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";

import { api, data } from "../api/client";
import { shop } from "../api/config";
import { asProblem } from "../api/problem";
import {
  canCancelUnpaid,
  CancelOrderButton,
  OrderAmounts,
  OrderItems,
  OrderProgress,
  OrderTitle,
  refundableTotal,
} from "../components/OrderDetails";
import { StatusBadge } from "../components/OrderStatus";
import {
  Alert,
  Button,
  ButtonLink,
  classes,
  Loading,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { dateTime, toMinor } from "../format";
import { useIsSignedIn } from "../hooks/session";
import { withNext } from "../nextPath";
import { texts } from "../texts";
import styles from "./shop.module.css";

/** An order that was placed without an account, by the link in its mail. */
export default function LinkedOrder() {
  const token = useParams()["token"] ?? "";
  const isSignedIn = useIsSignedIn();
  const navigate = useNavigate();
  const order = useQuery({
    queryKey: ["linked-order", token],
    queryFn: () => data(api.POST("/api/orders/link/", { body: { token } })),
    retry: false,
  });
  const cancel = useMutation({
    mutationFn: () => data(api.POST("/api/orders/link/cancel/", { body: { token } })),
    onSettled: () => order.refetch(),
  });
  const claim = useMutation({
    mutationFn: () => data(api.POST("/api/orders/claim/", { body: { token } })),
    onSuccess: ({ id }) => void navigate(`/orders/${id}`, { replace: true }),
  });
  useTitle(order.data ? texts.common.orderOf(order.data.number) : texts.common.order);
  if (order.isPending) {
    return (
      <div className={classes(ui.container, ui.page)}>
        <Loading />
      </div>
    );
  }
  if (order.isError) {
    return (
      <div className={classes(ui.container, ui.page, ui.narrow)}>
        <div className={classes(ui.card, ui.stack)}>
          <h1>{texts.common.order}</h1>
          {asProblem(order.error).isTemporary ? (
            <ProblemAlert error={order.error} onRetry={() => void order.refetch()} />
          ) : (
            <Alert>
              <p>{asProblem(order.error).message}</p>
              <Link to="/find-order">{texts.common.sendAnotherLink}</Link>
            </Alert>
          )}
        </div>
      </div>
    );
  }
  const { number, created_at } = order.data;
  return (
    <div className={classes(ui.container, ui.page)}>
      <p className={styles.onlyPrint}>{shop.name}</p>
      <div className={classes(ui.row, ui.spread)}>
        <div>
          <OrderTitle number={number} />
          <p className={ui.muted}>{texts.common.placedOn(dateTime(created_at))}</p>
        </div>
        <StatusBadge order={order.data} />
      </div>
      <div className={styles.columns}>
        <div className={ui.stack}>
          <OrderProgress order={order.data} />
          <OrderItems order={order.data} />
        </div>
        <div className={styles.summary}>
          <OrderAmounts order={order.data} />
          {order.data.status === "PAID" && toMinor(refundableTotal(order.data)) > 0n && (
            <p className={styles.noPrint}>
              {isSignedIn ? texts.order.linkedPaid : texts.order.linkedPaidSignIn}
            </p>
          )}
          {claim.isError && <ProblemAlert error={claim.error} />}
          <div className={classes(ui.row, styles.noPrint)}>
            {isSignedIn ? (
              <Button
                className={ui.compact}
                isBusy={claim.isPending}
                onClick={() => claim.mutate()}
              >
                {texts.order.addToOrders}
              </Button>
            ) : (
              <ButtonLink
                variant="quiet"
                className={ui.compact}
                to={withNext("/sign-in", `/orders/link/${token}`)}
              >
                {texts.order.signInToKeep}
              </ButtonLink>
            )}
            {canCancelUnpaid(order.data) && (
              <CancelOrderButton effect={texts.order.notPaidEffect} cancel={cancel} />
            )}
            <Button variant="quiet" className={ui.compact} onClick={() => window.print()}>
              {texts.order.print}
            </Button>
          </div>
        </div>
      </div>
    </div>
  );
}
