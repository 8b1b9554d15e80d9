import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";

import { api, data } from "../api/client";
import { type CartItem, shop } from "../api/config";
import type { Problem } from "../api/problem";
import { keys } from "../api/queries";
import { refresh } from "../api/queryClient";
import { Picture, THUMB_SIZES } from "../components/ProductCard";
import { useToast } from "../components/toasts";
import {
  Alert,
  Button,
  ButtonLink,
  classes,
  Empty,
  Loading,
  onceOfDouble,
  Price,
  ProblemAlert,
  Stepper,
  ui,
  useTitle,
} from "../components/ui";
import { count, day, money, plural, total } from "../format";
import { cartTotal, useCart, useQuantities } from "../hooks/cart";
import { focusBeside } from "../hooks/focus";
import { useIsSignedIn } from "../hooks/session";
import { adjustments, rememberAdjustments, rememberPrices, seenPrices } from "../hooks/stored";
import { texts } from "../texts";
import styles from "./shop.module.css";

export default function Cart() {
  useTitle(texts.common.cart);
  const cart = useCart();
  const items = cart.data ?? [];
  const quantities = useQuantities();
  const isSignedIn = useIsSignedIn();
  const [before] = useState(seenPrices);
  const canCheckOut = items.every((item) => item.quantity <= item.stock) && !quantities.isSaving;

  // The prices shown now are those that a later visit is compared with.
  useEffect(() => {
    if (!cart.data) return;
    rememberPrices(
      Object.fromEntries(cart.data.map((item) => [item.variant.id, item.product_price])),
    );
  }, [cart.data]);

  return (
    <div className={classes(ui.container, ui.page)}>
      <h1>{texts.common.cart}</h1>
      <Adjustments />
      {cart.isPending && <Loading />}
      {cart.isError && !cart.data && (
        <ProblemAlert error={cart.error} onRetry={() => void cart.refetch()} />
      )}
      {cart.isSuccess && items.length === 0 && (
        <Empty icon="cart" title={texts.common.emptyCart}>
          <p>{isSignedIn ? texts.cart.keptForUser : texts.cart.keptForGuest}</p>
          <ButtonLink to="/search">{texts.common.seeAllProducts}</ButtonLink>
        </Empty>
      )}
      {items.length > 0 && (
        <div className={styles.columns}>
          <ul className={styles.lines}>
            {items.map((item) => (
              <Line
                key={item.id}
                item={item}
                before={before[item.variant.id]}
                problem={quantities.problems.get(item.id)}
                onChange={(quantity) => quantities.change(item.id, quantity)}
              />
            ))}
          </ul>
          <section className={classes(ui.card, styles.summary)} aria-label={texts.cart.summary}>
            <h2>{texts.cart.summary}</h2>
            <Amounts items={items} />
            {items[0] && (
              <p className={classes(ui.small, ui.muted)}>
                {texts.common.deliveryBy(day(items[0].estimated_delivery))}
              </p>
            )}
            {canCheckOut ? (
              <ButtonLink to="/checkout" className={ui.wide}>
                {texts.common.checkOut}
              </ButtonLink>
            ) : (
              <Button className={ui.wide} disabled isBusy={quantities.isSaving}>
                {quantities.isSaving ? texts.cart.saving : texts.common.checkOut}
              </Button>
            )}
            {!canCheckOut && !quantities.isSaving && (
              <p className={ui.error}>{texts.cart.solveProblems}</p>
            )}
          </section>
        </div>
      )}
    </div>
  );
}

/** What changed in the cart when the guest's cart was taken over at the sign-in. */
function Adjustments() {
  const [items, setItems] = useState(adjustments);
  if (items.length === 0) return null;
  const close = () => {
    rememberAdjustments([]);
    setItems([]);
  };
  return (
    <div className={styles.notice}>
      <Alert kind="warn">
        <p>{texts.cart.adjusted}</p>
        <ul className={ui.bullets}>
          {items.map(({ title, requested, quantity }, index) => (
            <li key={index} className={ui.ownText}>
              {quantity === 0
                ? texts.cart.removedItem(title)
                : texts.cart.adjustedItem(title, count(quantity), count(requested))}
            </li>
          ))}
        </ul>
        <Button variant="quiet" className={ui.compact} onClick={close}>
          {texts.cart.ok}
        </Button>
      </Alert>
    </div>
  );
}

export function Amounts({ items }: { items: readonly CartItem[] }) {
  const currency = items[0]?.currency;
  const number = items.reduce((sum, item) => sum + item.quantity, 0);
  return (
    <dl className={styles.amounts}>
      <div>
        <dt>{plural(number, texts.common.items)}</dt>
        <dd>{money(cartTotal(items), currency)}</dd>
      </div>
      <div>
        <dt>{texts.common.delivery}</dt>
        <dd>{texts.common.free}</dd>
      </div>
      <div className={styles.sum}>
        <dt>{texts.common.total}</dt>
        <dd>{money(cartTotal(items), currency)}</dd>
      </div>
    </dl>
  );
}

function Line({
  item,
  before,
  problem,
  onChange,
}: {
  item: CartItem;
  before: string | undefined;
  problem: Problem | undefined;
  onChange: (quantity: number) => void;
}) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const toWishlist = useMutation<unknown, Error, Element>({
    mutationFn: () =>
      data(api.POST("/api/cart/bulk-move-to-wishlist/", { body: { cart_ids: [item.id] } })),
    onSuccess: (_, control) => {
      focusBeside(control);
      toast({
        text: texts.cart.onWishlist(item.product_title),
        link: { to: "/wishlist", label: texts.cart.viewWishlist },
      });
    },
    onSettled: () => refresh(queryClient, keys.cart, keys.wishlist),
  });
  const lineTotal = total([{ price: item.product_price, quantity: item.quantity }]);
  return (
    <li className={styles.line}>
      <div className={styles.thumb}>
        <Picture src={item.product_image} srcSet={item.product_image_srcset} sizes={THUMB_SIZES} />
      </div>
      <div className={styles.lineBody}>
        <div className={styles.lineHead}>
          <div>
            <Link to={`/product/${item.product}?variant=${item.variant.id}`}>
              {item.product_title}
            </Link>
            {item.variant.options && (
              <p className={classes(ui.small, ui.muted)}>{item.variant.options}</p>
            )}
            {!item.variant.options && item.product_subtitle && (
              <p className={classes(ui.small, ui.muted, ui.ownText)}>{item.product_subtitle}</p>
            )}
          </div>
          <div>
            <Price amount={lineTotal} currency={item.currency} />
          </div>
        </div>
        {item.quantity > 1 && (
          <p className={classes(ui.small, ui.muted)}>
            {texts.cart.each(money(item.product_price, item.currency))}
          </p>
        )}
        {before !== undefined && before !== item.product_price && (
          <Alert kind="warn">
            <p>
              {texts.cart.priceChanged(
                money(before, item.currency),
                money(item.product_price, item.currency),
              )}
            </p>
          </Alert>
        )}
        <LineProblem item={item} problem={problem} onChange={onChange} />
        <div className={styles.lineActions}>
          <Stepper
            label={texts.cart.quantityOf(item.product_title)}
            value={item.quantity}
            min={1}
            max={Math.max(item.quantity, Math.min(item.stock, shop.max_per_line))}
            onChange={onChange}
          />
          <div className={styles.lineLinks}>
            <button
              type="button"
              className={ui.link}
              onClick={onceOfDouble((event) => {
                focusBeside(event.currentTarget);
                onChange(0);
              })}
            >
              {texts.common.remove}
              <span className={ui.hidden}> {item.product_title}</span>
            </button>
            <button
              type="button"
              className={ui.link}
              onClick={onceOfDouble((event) => toWishlist.mutate(event.currentTarget))}
            >
              {texts.cart.moveToWishlist}
              <span className={ui.hidden}>: {item.product_title}</span>
            </button>
          </div>
        </div>
        {toWishlist.isError && <ProblemAlert error={toWishlist.error} />}
      </div>
    </li>
  );
}

/** What keeps a line from being ordered, with a button that solves it. */
function LineProblem({
  item,
  problem,
  onChange,
}: {
  item: CartItem;
  problem: Problem | undefined;
  onChange: (quantity: number) => void;
}) {
  const possible = Math.min(item.stock, shop.max_per_line);
  if (item.quantity > item.stock) {
    return (
      <Alert kind="warn">
        <p>
          {item.stock > 0
            ? texts.cart.left(count(item.stock), count(possible))
            : texts.cart.soldOut}
        </p>
        <Button variant="quiet" className={ui.compact} onClick={() => onChange(possible)}>
          {item.stock > 0 ? texts.cart.changeTo(count(possible)) : texts.cart.removeIt}
        </Button>
      </Alert>
    );
  }
  if (!problem) return null;
  const limit = problem.number("available") ?? problem.number("limit");
  return (
    <Alert kind="warn">
      <p>{problem.message}</p>
      {limit !== null && limit > item.quantity && (
        <Button variant="quiet" className={ui.compact} onClick={() => onChange(limit)}>
          {texts.cart.changeTo(count(limit))}
        </Button>
      )}
    </Alert>
  );
}
