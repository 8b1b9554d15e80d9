import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";

import { api, data } from "../api/client";
import { type Address, type CartItem, shop } from "../api/config";
import { asProblem, fieldText, type Problem } from "../api/problem";
import { addressesQuery, keys } from "../api/queries";
import { refresh } from "../api/queryClient";
import {
  AddressFields,
  AddressForm,
  addressOf,
  type AddressSaver,
  AddressText,
} from "../components/AddressForm";
import { CardPayment } from "../components/CardPayment";
import { Picture, THUMB_SIZES } from "../components/ProductCard";
import {
  Alert,
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
import { textOf } from "../form";
import { count, day, money, total } from "../format";
import { cartTotal, useCart } from "../hooks/cart";
import { useFocusOnInvalid } from "../hooks/focus";
import { useIsSignedIn } from "../hooks/session";
import { rememberTypedDetails, typedDetails } from "../hooks/stored";
import { withNext } from "../nextPath";
import {
  type CardForm,
  type Destination,
  forgetKey,
  forgetKeyAfter,
  idempotencyKey,
  openPayment,
  payByCard,
} from "../payment";
import { texts } from "../texts";
import { Amounts } from "./Cart";
import styles from "./shop.module.css";

type Method = "ONLINE" | "COD";

export default function Checkout() {
  useTitle(texts.checkout.title);
  const cart = useCart();
  const items = cart.data ?? [];
  const isSignedIn = useIsSignedIn();
  return (
    <div className={classes(ui.container, ui.page)}>
      <h1>{texts.checkout.title}</h1>
      {cart.isPending && <Loading />}
      {cart.isError && !cart.data && (
        <ProblemAlert error={cart.error} onRetry={() => void cart.refetch()} />
      )}
      {cart.isSuccess && items.length === 0 && (
        <Empty icon="cart" title={texts.common.emptyCart}>
          <p>{texts.checkout.nothing}</p>
          {!isSignedIn && <SignInLink />}
          <ButtonLink to="/orders">{texts.checkout.yourOrders}</ButtonLink>
        </Empty>
      )}
      {items.length > 0 && <Form items={items} />}
    </div>
  );
}

function Form({ items }: { items: CartItem[] }) {
  const isSignedIn = useIsSignedIn();
  const guest = useRef<HTMLFormElement>(null);
  const [invalid, setInvalid] = useState<Readonly<Record<string, string>>>({});
  const addresses = useQuery({ ...addressesQuery, enabled: isSignedIn });
  const [picked, setPicked] = useState<number | null>(null);
  const [isAdding, setAdding] = useState(false);
  const typed = useRef<AddressSaver>(null);
  const [method, setMethod] = useState<Method>(shop.card_payments === "none" ? "COD" : "ONLINE");
  const card = useRef<CardForm>(null);
  const known = addresses.data ?? [];
  const address =
    known.find(({ id }) => id === picked) ?? known.find((each) => each.is_default) ?? known[0];
  const isTyping = isSignedIn && addresses.isSuccess && (isAdding || !address);
  const order = usePlacement(items, card);
  const isInvalid = Object.keys(invalid).length > 0;
  useFocusOnInvalid(guest, isInvalid ? invalid : order.problem);
  const amount = cartTotal(items);
  const currency = items[0]?.currency ?? shop.currency;

  return (
    <div className={styles.columns}>
      <div className={ui.stack}>
        <section className={classes(ui.card, styles.step)} aria-labelledby="address">
          <h2 id="address">
            {isSignedIn ? texts.checkout.deliveryAddress : texts.checkout.contact}
          </h2>
          {!isSignedIn && (
            <GuestDetails
              ref={guest}
              errors={isInvalid ? invalid : (order.problem?.fields ?? {})}
            />
          )}
          {isSignedIn && addresses.isPending && <Loading />}
          {addresses.isError && (
            <ProblemAlert error={addresses.error} onRetry={() => void addresses.refetch()} />
          )}
          {isSignedIn && addresses.isSuccess && !isTyping && (
            <AddressPicker
              addresses={known}
              chosen={address?.id}
              onChoose={setPicked}
              onAdd={() => setAdding(true)}
            />
          )}
          {isTyping && (
            <AddressForm
              ref={typed}
              onSaved={({ id }) => {
                setAdding(false);
                setPicked(id);
              }}
              onCancel={address ? () => setAdding(false) : undefined}
            />
          )}
        </section>
        <section className={classes(ui.card, styles.step)} aria-labelledby="payment">
          <h2 id="payment">{texts.common.payment}</h2>
          <fieldset className={styles.options}>
            <legend className={ui.hidden}>{texts.checkout.howToPay}</legend>
            {shop.card_payments !== "none" && (
              <label className={styles.option}>
                <input
                  type="radio"
                  name="method"
                  checked={method === "ONLINE"}
                  onChange={() => setMethod("ONLINE")}
                />
                <span>
                  <strong>{texts.checkout.card}</strong>
                  <br />
                  <span className={classes(ui.small, ui.muted)}>{texts.checkout.cardHint}</span>
                </span>
              </label>
            )}
            <label className={styles.option}>
              <input
                type="radio"
                name="method"
                checked={method === "COD"}
                onChange={() => setMethod("COD")}
              />
              <span>
                <strong>{texts.checkout.cod}</strong>
                <br />
                <span className={classes(ui.small, ui.muted)}>{texts.checkout.codHint}</span>
              </span>
            </label>
          </fieldset>
          {method === "ONLINE" && <CardPayment ref={card} amount={amount} currency={currency} />}
        </section>
      </div>
      <section className={classes(ui.card, styles.summary)} aria-label={texts.cart.summary}>
        <h2>{texts.checkout.yourOrder}</h2>
        <ul className={classes(styles.lines, styles.small)}>
          {items.map((item) => (
            <SummaryLine key={item.id} item={item} />
          ))}
        </ul>
        <Amounts items={items} />
        {items[0] && (
          <p className={classes(ui.small, ui.muted)}>
            {texts.common.deliveryBy(day(items[0].estimated_delivery))}
          </p>
        )}
        {order.problem && <PlacementProblem problem={order.problem} items={items} />}
        <Button
          className={ui.wide}
          disabled={isSignedIn && !address && !isTyping}
          isBusy={order.isPending}
          onClick={() => {
            const form = guest.current;
            if (typed.current) {
              const { save } = typed.current;
              order.place({ to: async () => ({ address_id: (await save()).id }), method });
            } else if (address) {
              order.place({ to: () => ({ address_id: address.id }), method });
            } else if (form) {
              const found = invalidFields(form);
              setInvalid(found);
              if (Object.keys(found).length === 0) {
                order.place({ to: () => guestOf(form), method });
              }
            }
          }}
        >
          {method === "ONLINE"
            ? texts.common.pay(money(amount, currency))
            : texts.checkout.placeOrder}
        </Button>
        <Link to="/cart">{texts.checkout.backToCart}</Link>
      </section>
    </div>
  );
}

function SignInLink() {
  return (
    <p>
      {texts.checkout.haveAccount}{" "}
      <Link to={withNext("/sign-in", "/checkout")}>{texts.common.signIn}</Link>
    </p>
  );
}

/** E-mail and address of a guest. A reload keeps what was typed. */
function GuestDetails({
  ref,
  errors,
}: {
  ref: RefObject<HTMLFormElement | null>;
  errors: Readonly<Record<string, string>>;
}) {
  const [typed] = useState(typedDetails);
  const save = () => {
    if (ref.current) rememberTypedDetails(ref.current);
  };
  return (
    <form
      ref={ref}
      className={styles.form}
      onChange={save}
      onSubmit={(event) => event.preventDefault()}
    >
      <SignInLink />
      <Field
        label={texts.common.email}
        name="email"
        type="email"
        autoComplete="email"
        hint={texts.checkout.emailHint}
        maxLength={254}
        required
        defaultValue={typed["email"]}
        error={errors["email"]}
      />
      <AddressFields address={typed} errors={errors} onFilled={save} />
    </form>
  );
}

/** The text of each field that is missing or malformed. */
function invalidFields(form: HTMLFormElement): Record<string, string> {
  const fields = Array.from(form.elements).filter((each) => each instanceof HTMLInputElement);
  const invalid = fields.filter((each) => !each.checkValidity());
  return Object.fromEntries(invalid.map(({ name }) => [name, fieldText(name)]));
}

function guestOf(form: HTMLFormElement): Destination {
  const fields = new FormData(form);
  return { email: textOf(fields, "email").trim(), address: addressOf(fields) };
}

function AddressPicker({
  addresses,
  chosen,
  onChoose,
  onAdd,
}: {
  addresses: Address[];
  chosen: number | undefined;
  onChoose: (id: number) => void;
  onAdd: () => void;
}) {
  return (
    <>
      <fieldset className={styles.options}>
        <legend className={ui.hidden}>{texts.checkout.whereTo}</legend>
        {addresses.map((address) => (
          <label key={address.id} className={styles.option}>
            <input
              type="radio"
              name="address"
              checked={address.id === chosen}
              onChange={() => onChoose(address.id)}
            />
            <AddressText address={address} />
          </label>
        ))}
      </fieldset>
      <div>
        <Button variant="quiet" className={ui.compact} onClick={onAdd}>
          {texts.checkout.addAddress}
        </Button>
      </div>
    </>
  );
}

function SummaryLine({ item }: { item: CartItem }) {
  const lineTotal = total([{ price: item.product_price, quantity: item.quantity }]);
  return (
    <li className={styles.line}>
      <div className={styles.thumb}>
        <Picture src={item.product_image} srcSet={item.product_image_srcset} sizes={THUMB_SIZES} />
      </div>
      <div className={styles.lineBody}>
        <div className={styles.lineHead}>
          <span>
            <bdi>{item.product_title}</bdi>
            <br />
            <span className={classes(ui.small, ui.muted)}>
              {item.variant.options && (
                <>
                  <bdi>{item.variant.options}</bdi>
                  <br />
                </>
              )}
              <bdi>{texts.checkout.quantity(count(item.quantity))}</bdi>
            </span>
          </span>
          <Price amount={lineTotal} currency={item.currency} />
        </div>
      </div>
    </li>
  );
}

interface Placement {
  /** Where the order is sent. A typed address is saved first. */
  to: () => Destination | Promise<Destination>;
  method: Method;
}

/** Places the order of the cart, and pays it by card. */
function usePlacement(items: CartItem[], card: RefObject<CardForm | null>) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const isRunning = useRef(false);
  const placement = useMutation({
    mutationFn: async ({ to, method }: Placement) => {
      const destination = await to();
      const expected = cartTotal(items);
      // Items that are put into the cart again have other ids, so their order has another key.
      const lines = items.map((item) => [item.id, item.quantity, item.product_price]);
      if (method === "COD") {
        const body = {
          ...destination,
          payment_method: "COD" as const,
          expected_total: expected,
        };
        const placed = await data(
          api.POST("/api/orders/create/", {
            params: { header: { "Idempotency-Key": idempotencyKey([body, lines]) } },
            body,
          }),
        );
        return placed.id;
      }
      const intent = await payByCard(card.current, () =>
        openPayment({ ...destination, expected_total: expected }, lines),
      );
      return intent.order_id;
    },
    onSuccess: async (orderId) => {
      forgetKey();
      await refresh(queryClient, keys.orders);
      void navigate(`/orders/${orderId}?placed=1`, { replace: true });
      void refresh(queryClient, keys.cart);
    },
    onError: (error) => {
      const problem = asProblem(error);
      forgetKeyAfter(problem);
      if (problem.status === 409 || problem.code === "cart_empty") {
        void refresh(queryClient, keys.cart);
      }
    },
    onSettled: () => {
      isRunning.current = false;
    },
  });
  return {
    isPending: placement.isPending,
    problem: placement.isError ? asProblem(placement.error) : null,
    // A second click may arrive before the button shows that the first one works.
    place: (order: Placement) => {
      if (isRunning.current) return;
      isRunning.current = true;
      placement.mutate(order);
    },
  };
}

function PlacementProblem({ problem, items }: { problem: Problem; items: CartItem[] }) {
  const newTotal = problem.text("total_amount");
  // The API names a changed total before it compares the stock.
  const short = newTotal ? shortItems(items) : shortLines(problem.facts["lines"]);
  return (
    <Alert>
      {problem.code === "total_changed" && newTotal ? (
        <p>{texts.checkout.totalChanged(money(newTotal))}</p>
      ) : (
        <p>{problem.message}</p>
      )}
      {short.length > 0 && (
        <ul>
          {short.map(({ variant, available }) => (
            <li key={variant}>
              <bdi>{items.find((item) => item.variant.id === variant)?.product_title}</bdi>:{" "}
              {available > 0 ? texts.checkout.left(count(available)) : texts.checkout.soldOut}
            </li>
          ))}
        </ul>
      )}
      {short.length > 0 && <Link to="/cart">{texts.checkout.changeCart}</Link>}
      {problem.status === 0 && <p>{texts.checkout.neverTwice}</p>}
    </Alert>
  );
}

interface ShortLine {
  variant: number;
  available: number;
}

/** The items of the cart that are not available in their quantity. */
function shortItems(items: readonly CartItem[]): ShortLine[] {
  return items
    .filter((item) => item.quantity > item.stock)
    .map((item) => ({ variant: item.variant.id, available: item.stock }));
}

function shortLines(lines: unknown): ShortLine[] {
  if (!Array.isArray(lines)) return [];
  return lines.filter(
    (line: unknown): line is ShortLine =>
      typeof line === "object" && line !== null && "variant" in line && "available" in line,
  );
}
