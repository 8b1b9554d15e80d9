import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { Link, Navigate, useNavigate, useParams } from "react-router";

import { asProblem } from "../api/problem";
import { keys, orderQuery } from "../api/queries";
import { refresh } from "../api/queryClient";
import { CardPayment } from "../components/CardPayment";
import { Button, classes, Loading, ProblemAlert, ui, useTitle } from "../components/ui";
import { dateTime, money } from "../format";
import { isOverdue, OVERDUE_POLL, useNow } from "../hooks/now";
import { type CardForm, forgetKey, forgetKeyAfter, openPayment, payByCard } from "../payment";
import { texts } from "../texts";
import { NotFound } from "./NotFound";

/** Pay an order that was placed before. */
export default function PayOrder() {
  const id = Number(useParams()["id"]);
  const order = useQuery({
    ...orderQuery(id),
    refetchInterval: ({ state: { data } }) =>
      data && isOverdue(data, Date.now()) ? OVERDUE_POLL : false,
  });
  const now = useNow([order.data?.expires_at]);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const card = useRef<CardForm>(null);
  const isRunning = useRef(false);
  useTitle(order.data && texts.common.pay(order.data.number));
  const payment = useMutation({
    mutationFn: () => payByCard(card.current, () => openPayment({ order_id: id })),
    onSuccess: () => {
      forgetKey();
      void navigate(`/orders/${id}?paid=1`, { replace: true });
      void refresh(queryClient, keys.order(id));
    },
    onError: (error) => forgetKeyAfter(asProblem(error)),
    onSettled: () => {
      isRunning.current = false;
    },
  });
  // A second click may arrive before the button shows that the first one works.
  const pay = () => {
    if (isRunning.current) return;
    isRunning.current = true;
    payment.mutate();
  };
  if (order.isError && asProblem(order.error).status === 404) return <NotFound />;
  // `onSuccess` opens the order after a payment on this page.
  const isPaying = payment.isPending || payment.isSuccess;
  if (order.data && order.data.status !== "PENDING" && !isPaying) {
    return <Navigate to={`/orders/${id}`} replace />;
  }
  return (
    <div className={classes(ui.container, ui.page, ui.narrow)}>
      {order.isPending && <Loading />}
      {order.isError && <ProblemAlert error={order.error} onRetry={() => void order.refetch()} />}
      {order.data && (
        <div className={classes(ui.card, ui.stack)}>
          <h1>{texts.order.payTitle}</h1>
          <p>
            {order.data.number}:{" "}
            <strong>{money(order.data.total_amount, order.data.currency)}</strong>
          </p>
          {order.data.expires_at && (
            <p className={ui.muted}>
              {isOverdue(order.data, now)
                ? texts.order.timeIsOver
                : texts.order.payBy(dateTime(order.data.expires_at))}
            </p>
          )}
          <CardPayment ref={card} amount={order.data.total_amount} currency={order.data.currency} />
          {payment.isError && <ProblemAlert error={payment.error} />}
          <Button className={ui.wide} isBusy={payment.isPending} onClick={pay}>
            {texts.common.pay(money(order.data.total_amount, order.data.currency))}
          </Button>
          <Link to={`/orders/${id}`}>{texts.order.backToOrder}</Link>
        </div>
      )}
    </div>
  );
}
