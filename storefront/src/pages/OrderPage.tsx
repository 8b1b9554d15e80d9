import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useCallback, useEffect, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { type Order, type OrderLine, shop } from "../api/config";
import { asProblem } from "../api/problem";
import { keys, orderQuery } from "../api/queries";
import { refresh } from "../api/queryClient";
import { AddressText } from "../components/AddressForm";
import {
  canCancelUnpaid,
  CancelOrderButton,
  isRefundRequested,
  OrderAmounts,
  OrderItems,
  OrderProgress,
  OrderTitle,
  refundableTotal,
} from "../components/OrderDetails";
import { StatusBadge } from "../components/OrderStatus";
import { useToast } from "../components/toasts";
import {
  Alert,
  Breadcrumbs,
  Button,
  ButtonLink,
  classes,
  Dialog,
  Field,
  Loading,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { count, dateTime, money, toMinor } from "../format";
import { isOverdue, OVERDUE_POLL, useNow } from "../hooks/now";
import { forgetTypedDetails } from "../hooks/stored";
import { forgetKey, forgetKeyAfter, idempotencyKey } from "../payment";
import { texts } from "../texts";
import { NotFound } from "./NotFound";
import styles from "./shop.module.css";

const POLL = 1500; // milliseconds
const LONGEST_WAIT = 60_000; // milliseconds for the report of a payment or a refund
const ENDED: readonly Order["status"][] = ["CANCELLED", "REFUNDED"];
const SECRET = "payment_intent_client_secret";
// The address has these right after the order was placed or paid.
const RESULT = ["placed", "paid", "payment_intent", "redirect_status"];

export default function OrderPage() {
  const id = Number(useParams()["id"]);
  const [params, setParams] = useSearchParams();
  const queryClient = useQueryClient();
  // Stripe adds the result to the address after 3-D Secure, and a secret of the payment.
  const hasFailed = params.get("redirect_status") === "failed";
  const hasResult = params.has("placed") || params.has("paid");
  // The page still thanks when the result is no longer in the address.
  const [placedId] = useState(hasResult ? id : null);
  const isPlaced = placedId === id;
  const isNew = isPlaced && !hasFailed;
  const { isWaiting, wait } = useWaiting();
  const order = useQuery({
    ...orderQuery(id),
    // The provider reports a payment or a refund shortly after the shopper has asked for it.
    refetchInterval: ({ state: { data: shown } }) => {
      if (!shown) return false;
      const isPaying = isNew && shown.status === "PENDING";
      if (isWaiting && (isRefundRequested(shown) || isPaying)) return POLL;
      return isOverdue(shown, Date.now()) ? OVERDUE_POLL : false;
    },
  });
  const now = useNow([order.data?.expires_at]);
  const status = order.data?.status;
  useEffect(() => {
    if (!hasResult || hasFailed || !status || status === "PENDING") return;
    // A paid order leaves the cart.
    void refresh(queryClient, keys.cart);
    // A reload, or the link when it is opened later, does not thank again.
    setParams((before) => without(before, ...RESULT), { replace: true });
  }, [hasResult, hasFailed, status, queryClient, setParams]);
  useEffect(() => {
    if (isPlaced) forgetTypedDetails();
  }, [isPlaced]);
  useEffect(() => {
    if (params.has(SECRET)) setParams((before) => without(before, SECRET), { replace: true });
  }, [params, setParams]);
  useTitle(order.data && texts.common.orderOf(order.data.number));
  if (order.isError && asProblem(order.error).status === 404) return <NotFound />;
  return (
    <div className={classes(ui.container, ui.page)}>
      {order.isPending && <Loading />}
      {order.isError && <ProblemAlert error={order.error} onRetry={() => void order.refetch()} />}
      {order.data && (
        <OrderView order={order.data} onCancelled={wait}>
          {order.data.status === "PENDING" ? (
            isNew && isWaiting ? (
              <Waiting order={order.data} />
            ) : (
              <Unpaid order={order.data} hasFailed={hasFailed} now={now} />
            )
          ) : (
            isNew && !ENDED.includes(order.data.status) && <ThankYou />
          )}
        </OrderView>
      )}
    </div>
  );
}

function without(params: URLSearchParams, ...names: string[]): URLSearchParams {
  for (const name of names) params.delete(name);
  return params;
}

/** Whether to wait for the provider: for a minute, and again for a minute after each `wait`. */
function useWaiting(): { isWaiting: boolean; wait: () => void } {
  const [started, setStarted] = useState(1);
  const [ended, setEnded] = useState(0);
  useEffect(() => {
    const timer = window.setTimeout(() => setEnded(started), LONGEST_WAIT);
    return () => window.clearTimeout(timer);
  }, [started]);
  const wait = useCallback(() => setStarted((before) => before + 1), []);
  return { isWaiting: ended < started, wait };
}

function OrderView({
  order,
  onCancelled,
  children,
}: {
  order: Order;
  onCancelled: () => void;
  children: ReactNode;
}) {
  return (
    <>
      <p className={styles.onlyPrint}>{shop.name}</p>
      <div className={styles.noPrint}>
        <Breadcrumbs
          trail={[
            { to: "/orders", label: texts.common.orders },
            { to: `/orders/${order.id}`, label: order.number },
          ]}
        />
      </div>
      <div className={classes(ui.row, ui.spread)} style={{ marginBlock: "14px 20px" }}>
        <div>
          <OrderTitle number={order.number} />
          <p className={ui.muted}>{texts.common.placedOn(dateTime(order.created_at))}</p>
        </div>
        <StatusBadge order={order} />
      </div>
      <div className={styles.noPrint}>{children}</div>
      <div className={styles.columns}>
        <div className={ui.stack}>
          <OrderProgress order={order} />
          <OrderItems
            order={order}
            action={(line) =>
              order.items.length > 1 &&
              canCancelItem(order, line) && (
                <div className={classes(styles.lineActions, styles.noPrint)}>
                  <CancelItem order={order} line={line} onCancelled={onCancelled} />
                </div>
              )
            }
          />
        </div>
        <div className={styles.summary}>
          <OrderAmounts order={order} />
          {order.address && (
            <section className={classes(ui.card, ui.stack)} aria-labelledby="to">
              <h2 id="to">{texts.order.deliveryTo}</h2>
              <AddressText address={order.address} />
            </section>
          )}
          <div className={classes(ui.row, styles.noPrint)}>
            <Button variant="quiet" className={ui.compact} onClick={() => window.print()}>
              {texts.order.print}
            </Button>
            <CancelOrder order={order} onCancelled={onCancelled} />
          </div>
        </div>
      </div>
    </>
  );
}

function Waiting({ order }: { order: Order }) {
  return (
    <Alert kind="info">
      <Loading label={texts.order.waiting} />
      <Link to={`/orders/${order.id}/pay`}>{texts.order.payInAnotherWay}</Link>
    </Alert>
  );
}

function Unpaid({ order, hasFailed, now }: { order: Order; hasFailed: boolean; now: number }) {
  return (
    <Alert kind="warn">
      <p>
        {hasFailed ? texts.order.bankDeclined : texts.order.notPaid}{" "}
        {isOverdue(order, now)
          ? texts.order.timeIsOver
          : order.expires_at && texts.order.keptUntil(dateTime(order.expires_at))}
      </p>
      <ButtonLink to={`/orders/${order.id}/pay`} className={ui.compact}>
        {texts.common.payNow}
      </ButtonLink>
    </Alert>
  );
}

function ThankYou() {
  return (
    <Alert kind="good">
      <p>
        <strong>{texts.order.thankYou}</strong> {texts.order.isPlaced}
      </p>
    </Alert>
  );
}

function canCancelItem(order: Order, line: OrderLine): boolean {
  if (line.status !== "CONFIRMED") return false;
  return order.payment_method === "COD"
    ? order.status === "CONFIRMED" || order.status === "PROCESSING"
    : order.status === "PAID";
}

function useChange(
  order: Order,
  done: string,
  onCancelled: () => void,
  change: () => Promise<unknown>,
) {
  const queryClient = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: change,
    onError: (error) => forgetKeyAfter(asProblem(error)),
    onSuccess: () => {
      // If the refund fails, another one can be requested.
      forgetKey();
      onCancelled();
      toast({ text: done });
    },
    onSettled: () => refresh(queryClient, keys.order(order.id), keys.orders, keys.cart),
  });
}

function CancelItem({
  order,
  line,
  onCancelled,
}: {
  order: Order;
  line: OrderLine;
  onCancelled: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const cancel = useChange(order, texts.order.itemCancelled, onCancelled, async () => {
    const body = { orderId: order.id, itemId: line.id, reason };
    await data(
      api.POST("/api/orders/cancel-item/", {
        params: {
          header: { "Idempotency-Key": idempotencyKey(["cancel", body]) },
        },
        body,
      }),
    );
    setOpen(false);
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    cancel.mutate();
  };
  return (
    <>
      <button type="button" className={ui.link} onClick={() => setOpen(true)}>
        {texts.order.cancelItem}
        <span className={ui.hidden}>: {line.product_title}</span>
      </button>
      <Dialog title={texts.order.cancelItemQuestion} isOpen={isOpen} onClose={() => setOpen(false)}>
        <form className={ui.stack} onSubmit={submit}>
          <p>
            {count(line.quantity)} × <bdi>{line.product_title}</bdi>
            {order.payment_method === "ONLINE" &&
              `. ${texts.order.willBeRefunded(money(line.refundable_amount, order.currency))}`}
          </p>
          <Field
            label={texts.order.reason}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
          {cancel.isError && <ProblemAlert error={cancel.error} />}
          <div className={ui.row}>
            <Button type="submit" variant="danger" isBusy={cancel.isPending}>
              {texts.order.cancelTheItem}
            </Button>
            <Button variant="quiet" onClick={() => setOpen(false)}>
              {texts.common.keepIt}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}

function CancelOrder({ order, onCancelled }: { order: Order; onCancelled: () => void }) {
  const isPaid = order.status === "PAID";
  const refundable = refundableTotal(order);
  const canCancel = isPaid ? toMinor(refundable) > 0n : canCancelUnpaid(order);
  const cancel = useChange(order, texts.order.orderCancelled, onCancelled, () =>
    data<unknown>(
      isPaid
        ? api.POST("/api/payments/refund/{order_id}/", {
            params: {
              path: { order_id: order.id },
              header: { "Idempotency-Key": idempotencyKey(["refund", order.id]) },
            },
            body: {},
          })
        : api.POST("/api/orders/cancel/{order_id}/", {
            params: { path: { order_id: order.id } },
          }),
    ),
  );
  if (!canCancel) return null;
  const refund = texts.order.willBeRefunded(money(refundable, order.currency));
  return <CancelOrderButton effect={isPaid ? refund : texts.order.notPaidEffect} cancel={cancel} />;
}
