import type { UseMutationResult } from "@tanstack/react-query";
import {
  type ComponentProps,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Link, type LinkProps } from "react-router";

import { asProblem } from "../api/problem";
import { shop } from "../api/config";
import { count, money } from "../format";
import { texts } from "../texts";
import { Icon, type IconName } from "./icons";
import styles from "./ui.module.css";

export { styles as ui };

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

type Variant = "quiet" | "danger" | undefined;

/**
 * For a button whose action must not be repeated by the second click of a double click, which may
 * be on the same button of the next item if the first click has removed one.
 */
export function onceOfDouble(action: (event: MouseEvent<HTMLButtonElement>) => void) {
  return (event: MouseEvent<HTMLButtonElement>) => {
    if (event.detail <= 1) action(event);
  };
}

interface ButtonProps extends ComponentProps<"button"> {
  variant?: Variant;
  isBusy?: boolean;
}

/** A button that stays in the tab order while its action is running. */
export function Button({ variant, isBusy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(styles.button, variant && styles[variant], className)}
      aria-disabled={isBusy || rest.disabled || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else rest.onClick?.(event);
      }}
    >
      {isBusy && <span className={styles.spinner} aria-hidden="true" />}
      {children}
    </button>
  );
}

export function ButtonLink({ variant, className, ...rest }: LinkProps & { variant?: Variant }) {
  return (
    <Link {...rest} className={classes(styles.button, variant && styles[variant], className)} />
  );
}

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
}

/**
 * A labelled text field; its error and hint are read with it. The error is hidden when the text
 * changes, until `error` was empty once or the browser finds the text invalid.
 */
export function Field({ label, error: latest, hint, className, ...input }: FieldProps) {
  const id = useId();
  const [isChanged, setChanged] = useState(false);
  if (isChanged && !latest) setChanged(false);
  const error = isChanged ? undefined : latest;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={classes(styles.field, className)}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={styles.input}
        onInput={() => setChanged(!!latest)}
        onInvalid={() => setChanged(false)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
      />
      {hint && (
        <p id={`${id}-hint`} className={classes(styles.small, styles.muted)}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Select({
  label,
  children,
  hideLabel = false,
  ...select
}: ComponentProps<"select"> & { label: string; hideLabel?: boolean }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? styles.hidden : undefined}>
        {label}
      </label>
      <select {...select} id={id} className={styles.input}>
        {children}
      </select>
    </div>
  );
}

/** A message that screen readers announce when it appears. */
export function Alert({
  kind = "bad",
  children,
}: {
  kind?: "bad" | "warn" | "good" | "info";
  children: ReactNode;
}) {
  return (
    <div
      role={kind === "bad" ? "alert" : "status"}
      className={classes(styles.alert, kind !== "bad" && styles[kind])}
    >
      {children}
    </div>
  );
}

/** An error of a request, with a button that repeats it where that can help. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Alert>
      <p>{asProblem(error).message}</p>
      {onRetry && (
        <Button variant="quiet" className={styles.compact} onClick={onRetry}>
          {texts.common.tryAgain}
        </Button>
      )}
    </Alert>
  );
}

/** The error of a form, unless its fields show it. */
export function FormProblem({ error }: { error: unknown }) {
  if (!error || Object.keys(asProblem(error).fields).length > 0) return null;
  return <ProblemAlert error={error} />;
}

/** A message where there is nothing to show; `isPage`: it is all that the page shows. */
export function Empty({
  icon,
  title,
  isPage = false,
  children,
}: {
  icon: IconName;
  title: string;
  isPage?: boolean;
  children?: ReactNode;
}) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className={styles.empty}>
      <Icon name={icon} />
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

export function Loading({ label = texts.common.loading }: { label?: string }) {
  return (
    <p className={styles.loading} role="status">
      <span className={styles.spinner} aria-hidden="true" />
      {label}
    </p>
  );
}

export function Price({
  amount,
  before,
  currency,
}: {
  amount: string;
  before?: string | null;
  currency?: string;
}) {
  const isSale = !!before && before !== amount;
  return (
    <span className={classes(styles.price, isSale && styles.onSale)}>
      {isSale ? (
        <>
          <span className={styles.hidden}>{texts.common.salePrice} </span>
          <ins>{money(amount, currency)}</ins>
          <span className={styles.hidden}> {texts.common.insteadOf} </span>
          <del>{money(before, currency)}</del>
        </>
      ) : (
        money(amount, currency)
      )}
    </span>
  );
}

export function Stepper({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <div className={styles.stepper} role="group" aria-label={label}>
      <button
        type="button"
        aria-label={texts.common.oneLess}
        disabled={value <= min}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <span aria-live="polite">
        <span className={styles.hidden}>{texts.common.quantityLabel} </span>
        {count(value)}
      </span>
      <button
        type="button"
        aria-label={texts.common.oneMore}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </div>
  );
}

export function Breadcrumbs({ trail }: { trail: { to: string; label: string }[] }) {
  return (
    <nav className={styles.crumbs} aria-label={texts.common.breadcrumb}>
      <ol>
        {trail.map(({ to, label }, index) => (
          <li key={to}>
            {index === trail.length - 1 ? (
              <span aria-current="page" className={styles.ownText}>
                {label}
              </span>
            ) : (
              <Link to={to}>{label}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/**
 * A modal dialog: focus stays inside, Escape closes it, and focus returns to its opener. Without
 * `onClose` it can only be answered.
 */
export function Dialog({
  title,
  isOpen,
  onClose,
  className,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose?: () => void;
  className?: string;
  children: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const isPressedOutside = useRef(false);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (isOpen && dialog && !dialog.open) dialog.showModal();
    if (!isOpen && dialog?.open) dialog.close();
  }, [isOpen]);
  return (
    <dialog
      ref={element}
      className={classes(styles.dialog, className)}
      aria-labelledby={id}
      // Browsers close a dialog at the second Escape, even if `onCancel` prevents it.
      onClose={onClose ?? (() => isOpen && element.current?.showModal())}
      onCancel={(event) => {
        if (!onClose) event.preventDefault();
      }}
      onPointerDown={(event) => {
        isPressedOutside.current = event.target === element.current;
      }}
      onClick={(event) => {
        // Not where a selection of text ends that began in a field.
        if (isPressedOutside.current && event.target === element.current) onClose?.();
      }}
    >
      {isOpen && (
        <>
          <div className={styles.dialogHead}>
            <h2 id={id}>{title}</h2>
            {onClose && (
              <button
                type="button"
                className={styles.iconButton}
                aria-label={texts.common.close}
                onClick={onClose}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
          <div className={styles.dialogBody}>{children}</div>
        </>
      )}
    </dialog>
  );
}

/** A question before an action that can't be undone. `mutation` is the action. */
export function Confirmation({
  title,
  isOpen,
  onClose,
  action,
  mutation,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** The label of the button. */
  action: string;
  mutation: UseMutationResult<unknown, Error, void>;
  children: ReactNode;
}) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <div className={styles.stack}>
        {children}
        {mutation.isError && <ProblemAlert error={mutation.error} />}
        <div className={styles.row}>
          <Button
            variant="danger"
            isBusy={mutation.isPending}
            onClick={() => mutation.mutate(undefined, { onSuccess: onClose })}
          >
            {action}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            {texts.common.keepIt}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Set the title of the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title) document.title = title === shop.name ? title : `${title} · ${shop.name}`;
  }, [title]);
}
