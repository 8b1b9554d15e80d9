import type { UseMutationResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";

import type { Order, OrderLine } from "../api/config";
import { count, dateTime, money, total, toMinor } from "../format";
import styles from "../pages/shop.module.css";
import { texts } from "../texts";
import { LineBadge, Timeline } from "./OrderStatus";
import { Picture, THUMB_SIZES } from "./ProductCard";
import { Button, classes, Confirmation, Price, ui } from "./ui";

/** The heading of an order. Its number is on one line, although it has hyphens. */
export function OrderTitle({ number }: { number: string }) {
  const [before, after] = texts.common.orderOf(number).split(number);
  return (
    <h1>
      {before}
      <bdi className={styles.number}>{number}</bdi>
      {after}
    </h1>
  );
}

/** The way of an order to its delivery or its refund. */
export function OrderProgress({ order }: { order: Order }) {
  return (
    <section className={ui.card} aria-label={texts.order.progress}>
      <div className={ui.stack}>
        <Timeline order={order} />
        {order.tracking_number && (
          <p>
            {texts.order.trackingNumber(order.carrier ?? "")}{" "}
            <strong>{order.tracking_number}</strong>
          </p>
        )}
        {order.status === "CANCELLED" && (
          <p>
            {texts.order.wasCancelled}{" "}
            {!order.paid_at && !isRefunded(order) && texts.order.notCharged}
          </p>
        )}
        <RefundStatus order={order} />
      </div>
    </section>
  );
}

function RefundStatus({ order }: { order: Order }) {
  const isToCard = order.payment_method === "ONLINE";
  const amount = money(order.refunded_amount, order.currency);
  return (
    <>
      {isRefundRequested(order) && (
        <p>{isToCard ? texts.order.refundStartedToCard : texts.order.refundStarted}</p>
      )}
      {isRefunded(order) && (
        <p>{isToCard ? texts.order.wasRefundedToCard(amount) : texts.order.wasRefunded(amount)}</p>
      )}
    </>
  );
}

/** The items of an order; `action` is shown below each. */
export function OrderItems({
  order,
  action,
}: {
  order: Order;
  action?: (line: OrderLine) => ReactNode;
}) {
  return (
    <section className={ui.card} aria-labelledby="items">
      <h2 id="items">{texts.order.itemsTitle}</h2>
      <ul className={classes(styles.lines, styles.inCard)}>
        {order.items.map((line) => (
          <li key={line.id} className={styles.line}>
            <div className={styles.thumb}>
              <Picture
                src={line.product_image}
                srcSet={line.product_image_srcset}
                sizes={THUMB_SIZES}
              />
            </div>
            <div className={styles.lineBody}>
              <div className={styles.lineHead}>
                <Link to={`/product/${line.product}?variant=${line.variant.id}`}>
                  {line.product_title}
                </Link>
                <Price amount={goodsTotal([line])} currency={order.currency} />
              </div>
              <p className={classes(ui.small, ui.muted)}>
                {line.variant.options && (
                  <>
                    <bdi>{line.variant.options}</bdi>
                    {" · "}
                  </>
                )}
                {count(line.quantity)} × {money(line.price_at_purchase, order.currency)}
              </p>
              <div className={ui.row}>
                <LineBadge line={line} />
              </div>
              {action?.(line)}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function OrderAmounts({ order }: { order: Order }) {
  return (
    <section className={classes(ui.card, ui.stack)} aria-labelledby="amounts">
      <h2 id="amounts">{texts.order.amounts}</h2>
      <dl className={styles.amounts}>
        <div>
          <dt>{texts.order.itemsTitle}</dt>
          <dd>{money(goodsTotal(order.items), order.currency)}</dd>
        </div>
        <div>
          <dt>{texts.common.delivery}</dt>
          <dd>{texts.common.free}</dd>
        </div>
        <div className={styles.sum}>
          <dt>{texts.common.total}</dt>
          <dd>{money(order.total_amount, order.currency)}</dd>
        </div>
        {isRefunded(order) && (
          <div>
            <dt>{texts.order.refunded}</dt>
            <dd>{money(order.refunded_amount, order.currency)}</dd>
          </div>
        )}
        <div className={classes(ui.small, ui.muted)}>
          <dt>{texts.common.payment}</dt>
          <dd>
            {order.payment_method === "COD"
              ? texts.checkout.cod
              : order.paid_at
                ? texts.order.paidByCard(dateTime(order.paid_at))
                : texts.order.notPaidByCard}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** A button that cancels an order after a question. */
export function CancelOrderButton({
  effect,
  cancel,
}: {
  effect: string;
  cancel: UseMutationResult<unknown, Error, void>;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="danger" className={ui.compact} onClick={() => setOpen(true)}>
        {texts.order.cancelOrder}
      </Button>
      <Confirmation
        title={texts.order.cancelOrderQuestion}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        action={texts.order.cancelTheOrder}
        mutation={cancel}
      >
        <p>{effect}</p>
      </Confirmation>
    </>
  );
}

export function isRefundRequested({ items }: Order): boolean {
  return items.some(({ status }) => status === "REFUND_REQUESTED");
}

/** What is paid and neither refunded nor being refunded. */
export function refundableTotal({ items }: Order): string {
  return total(items.map((line) => ({ price: line.refundable_amount, quantity: 1 })));
}

/** Whether an order without a payment can be cancelled: it is not shipped yet. */
export function canCancelUnpaid({ status, payment_method }: Order): boolean {
  return (
    status === "PENDING" ||
    (payment_method === "COD" && (status === "CONFIRMED" || status === "PROCESSING"))
  );
}

function goodsTotal(lines: OrderLine[]): string {
  return total(lines.map((line) => ({ price: line.price_at_purchase, quantity: line.quantity })));
}

function isRefunded(order: Order): boolean {
  return toMinor(order.refunded_amount) > 0n;
}
