import type { Order, OrderLine } from "../api/config";
import { dateTime, day } from "../format";
import styles from "../pages/shop.module.css";
import { classes, ui } from "./ui";

const NAMES: Record<Order["status"], string> = {
  PENDING: "Waiting for payment",
  CONFIRMED: "Confirmed",
  PAID: "Paid",
  PROCESSING: "Being packed",
  SHIPPED: "On its way",
  DELIVERED: "Delivered",
  CANCELLED: "Cancelled",
  REFUNDED: "Refunded",
};

const LINE_NAMES: Partial<Record<OrderLine["status"], string>> = {
  CANCELLED: "Cancelled",
  REFUND_REQUESTED: "Refund on its way",
  REFUNDED: "Refunded",
};

export function StatusBadge({ order }: { order: Order }) {
  const kind =
    order.status === "PENDING"
      ? ui.badgeWarn
      : order.status === "CANCELLED" || order.status === "REFUNDED"
        ? ui.badgeBad
        : ui.badgeGood;
  return <span className={classes(ui.badge, kind)}>{NAMES[order.status]}</span>;
}

/** The status of a line where it differs from that of its order. */
export function LineBadge({ line }: { line: OrderLine }) {
  const name = LINE_NAMES[line.status];
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
    <ol className={styles.timeline} aria-label="Progress">
      {stepsOf(order).map(({ name, isDone, detail }) => (
        <li key={name} data-done={isDone}>
          <strong>
            {name}
            <span className={ui.hidden}>{isDone ? " (done)" : " (not yet)"}</span>
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
  return [
    step("Ordered", true, order.created_at),
    step(isCod ? "Confirmed" : "Paid", reached >= 1, isCod ? order.created_at : order.paid_at),
    step("Packed", reached >= 3, null),
    step("Shipped", reached >= 3, order.shipped_at),
    reached >= 4
      ? step("Delivered", true, order.delivered_at)
      : {
          name: "Delivery",
          isDone: false,
          detail: reached < 1 ? "" : `by ${day(order.estimated_delivery)}`,
        },
  ];
}
