import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Link, useSearchParams } from "react-router";

import type { Order } from "../api/config";
import { asProblem } from "../api/problem";
import { ordersQuery } from "../api/queries";
import { StatusBadge } from "../components/OrderStatus";
import { Picture, THUMB_SIZES } from "../components/ProductCard";
import {
  Button,
  ButtonLink,
  classes,
  Empty,
  Field,
  Loading,
  Price,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { count, dateTime, plural } from "../format";
import { isOverdue, OVERDUE_POLL, useNow } from "../hooks/now";
import { texts } from "../texts";
import styles from "./shop.module.css";

const PAGE_SIZE = 10;
/** Pictures of an order with many items. */
const MOST_PICTURES = 6;

export default function Orders() {
  useTitle(texts.common.orders);
  const [params, setParams] = useSearchParams();
  const number = Math.max(1, Math.floor(Number(params.get("page"))) || 1);
  const search = params.get("search")?.trim().slice(0, 100) ?? "";
  const orders = useQuery({
    ...ordersQuery(number, search),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.results.some((order) => isOverdue(order, Date.now())) ? OVERDUE_POLL : false,
  });
  const results = orders.data?.results ?? [];
  const now = useNow(results.map((order) => order.expires_at));
  const last = Math.max(1, Math.ceil((orders.data?.count ?? 0) / PAGE_SIZE));

  const find = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get("search");
    setParams(typeof text === "string" && text.trim() ? { search: text.trim() } : {});
  };
  const open = (page: number) => {
    setParams({ ...(search && { search }), page: String(page) });
    window.scrollTo(0, 0);
  };
  return (
    <div className={classes(ui.container, ui.page)}>
      <div className={classes(ui.row, ui.spread)}>
        <h1>{texts.common.orders}</h1>
        <form role="search" className={styles.find} key={search} onSubmit={find}>
          <Field label={texts.orders.find} name="search" type="search" defaultValue={search} />
          <Button type="submit" variant="quiet">
            {texts.search.button}
          </Button>
        </form>
      </div>
      <div className={ui.stack} style={{ marginBlockStart: 24 }}>
        {orders.isPending && <Loading />}
        {orders.isError &&
          (asProblem(orders.error).status === 404 ? (
            <Empty icon="box" title={texts.common.nothingFound}>
              <Link to="/orders">{texts.orders.all}</Link>
            </Empty>
          ) : (
            <ProblemAlert error={orders.error} onRetry={() => void orders.refetch()} />
          ))}
        {orders.isSuccess && results.length === 0 && (
          <Empty icon="box" title={search ? texts.common.nothingFound : texts.orders.none}>
            <p>{search ? texts.orders.noMatch(search) : texts.orders.noneHint}</p>
            {search ? (
              <Link to="/orders">{texts.orders.all}</Link>
            ) : (
              <ButtonLink to="/search">{texts.common.seeAllProducts}</ButtonLink>
            )}
          </Empty>
        )}
        {results.map((order) => (
          <OrderCard key={order.id} order={order} now={now} />
        ))}
        {last > 1 && (
          <nav className={styles.pager} aria-label={texts.orders.pages}>
            <Button variant="quiet" disabled={number <= 1} onClick={() => open(number - 1)}>
              {texts.orders.newer}
            </Button>
            <span className={ui.muted}>{texts.orders.page(count(number), count(last))}</span>
            <Button variant="quiet" disabled={number >= last} onClick={() => open(number + 1)}>
              {texts.orders.older}
            </Button>
          </nav>
        )}
      </div>
    </div>
  );
}

function OrderCard({ order, now }: { order: Order; now: number }) {
  const number = order.items.reduce((sum, item) => sum + item.quantity, 0);
  const further = order.items.length - MOST_PICTURES;
  return (
    <article className={classes(ui.card, styles.orderCard)}>
      <div className={styles.orderHead}>
        <div>
          <h2>
            <Link to={`/orders/${order.id}`}>{order.number}</Link>
          </h2>
          <p className={classes(ui.small, ui.muted)}>
            {dateTime(order.created_at)} · {plural(number, texts.common.items)}
          </p>
        </div>
        <div className={ui.row}>
          <StatusBadge order={order} />
          <Price amount={order.total_amount} currency={order.currency} />
        </div>
      </div>
      <ul className={styles.pictures}>
        {order.items.slice(0, MOST_PICTURES).map((item) => (
          <li key={item.id} className={styles.thumb} title={item.product_title}>
            <Picture
              src={item.product_image}
              srcSet={item.product_image_srcset}
              sizes={THUMB_SIZES}
            />
            <span className={ui.hidden}>{item.product_title}</span>
          </li>
        ))}
        {further > 0 && (
          <li className={ui.muted}>
            +{count(further)}
            <span className={ui.hidden}> {plural(further, texts.common.itemsWord)}</span>
          </li>
        )}
      </ul>
      {order.status === "PENDING" && (
        <div className={ui.row}>
          <ButtonLink to={`/orders/${order.id}/pay`} className={ui.compact}>
            {texts.common.payNow}
          </ButtonLink>
          {order.expires_at && (
            <span className={classes(ui.small, ui.muted)}>
              {isOverdue(order, now)
                ? texts.order.timeIsOver
                : texts.order.by(dateTime(order.expires_at))}
            </span>
          )}
        </div>
      )}
    </article>
  );
}
