import type { Order, OrderLine } from "../api/config";
import { dateTime, day } from "../format";
import styles from "../pages/shop.module.css";
import { texts } from "../texts";
import { classes, ui } from "./ui";

export function StatusBadge({ order }: { order: Order }) {
  const kind =
    order.status === "PENDING"
      ? ui.badgeWarn
      : order.status === "CANCELLED" || order.status === "REFUNDED"
        ? ui.badgeBad
        : ui.badgeGood;
  return <span className={classes(ui.badge, kind)}>{texts.order.status[order.status]}</span>;
}

/** The status of a line where it differs from that of its order. */
export function LineBadge({ line }: { line: OrderLine }) {
  const { CANCELLED, REFUNDED } = texts.order.status;
  const names: Partial<Record<OrderLine["status"], string>> = {
    CANCELLED,
    REFUND_REQUESTED: texts.order.refundOnItsWay,
    REFUNDED,
  };
  const name = names[line.status];
  return name ? <span className={classes(ui.badge, ui.badgeBad)}>{name}</span> : null;
}

interface Step {
  name: string;
  isDone: boolean;
  detail: string;
}

/** The way of an order from its placement to the delivery. */
export function Timeline({ order }: { order: Order }) {
  if (order.status === "CANCELLED" || order.status === "REFUNDED") return null;
  return (
    <ol className={styles.timeline} aria-label={texts.order.progress}>
      {stepsOf(order).map(({ name, isDone, detail }) => (
        <li key={name} data-done={isDone}>
          <strong>
            {name}
            <span className={ui.hidden}> {isDone ? texts.order.done : texts.order.notYet}</span>
          </strong>
          <span className={classes(ui.small, ui.muted)}>{detail}</span>
        </li>
      ))}
    </ol>
  );
}

export function stepsOf(order: Order): Step[] {
  const reached = ["PENDING", "PAID", "PROCESSING", "SHIPPED", "DELIVERED"].indexOf(
    order.status === "CONFIRMED" ? "PAID" : order.status,
  );
  const isCod = order.payment_method === "COD";
  const step = (name: string, isDone: boolean, at: string | null): Step => ({
    name,
    isDone,
    detail: at === null ? "" : dateTime(at),
  });
  const { status } = texts.order;
  return [
    step(texts.order.ordered, true, order.created_at),
    step(
      isCod ? status.CONFIRMED : status.PAID,
      reached >= 1,
      isCod ? order.created_at : order.paid_at,
    ),
    step(texts.order.packed, reached >= 3, null),
    step(texts.order.shipped, reached >= 3, order.shipped_at),
    reached >= 4
      ? step(status.DELIVERED, true, order.delivered_at)
      : {
          name: texts.order.delivery,
          isDone: false,
          detail: reached < 1 ? "" : texts.order.by(day(order.estimated_delivery)),
        },
  ];
}
