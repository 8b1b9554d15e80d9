import { type Ref, useImperativeHandle, useRef, useState } from "react";

import { api, data } from "../api/client";
import type { CardForm } from "../payment";
import styles from "../pages/shop.module.css";
import { texts } from "../texts";
import { Alert, Field } from "./ui";

const DECLINED = "4000000000000002";

interface Errors {
  number?: string;
  expiry?: string;
  cvc?: string;
}

/** The card form of the sandbox, which moves no money. It exists in development only. */
export function SandboxCard({ ref }: { ref: Ref<CardForm> }) {
  const fields = useRef<HTMLDivElement>(null);
  const [errors, setErrors] = useState<Errors>({});

  useImperativeHandle(ref, () => {
    const value = (name: string) =>
      fields.current?.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? "";
    const number = () => value("number").replaceAll(/\D/g, "");
    return {
      validate: () => {
        const found: Errors = {};
        if (!isCardNumber(number())) found.number = texts.card.wrongNumber;
        if (!isFuture(value("expiry"))) found.expiry = texts.card.wrongExpiry;
        if (!/^[0-9]{3,4}$/.test(value("cvc"))) found.cvc = texts.card.wrongCvc;
        setErrors(found);
        const first = Object.keys(found)[0];
        fields.current?.querySelector<HTMLElement>(`input[name="${first ?? ""}"]`)?.focus();
        return Promise.resolve(Object.values(found)[0] ?? null);
      },
      confirm: async (intent) => {
        const outcome = number() === DECLINED ? "decline" : "succeed";
        const { status } = await data(
          api.POST("/api/payments/sandbox/{payment_intent_id}/confirm/", {
            params: { path: { payment_intent_id: intent.payment_intent_id } },
            body: { outcome },
          }),
        );
        return status === "succeeded" || status === "processing"
          ? { status: "accepted" }
          : { status: "declined", message: texts.card.declinedTryAnother };
      },
    };
  });

  return (
    <div ref={fields} className={styles.step}>
      <Alert kind="info">
        <p>{texts.card.test}</p>
      </Alert>
      <div className={styles.cardFields} onInput={() => setErrors({})}>
        <Field
          label={texts.card.number}
          name="number"
          inputMode="numeric"
          autoComplete="cc-number"
          maxLength={23}
          error={errors.number}
        />
        <Field
          label={texts.card.expiry}
          name="expiry"
          inputMode="numeric"
          autoComplete="cc-exp"
          maxLength={7}
          error={errors.expiry}
        />
        <Field
          label={texts.card.cvc}
          name="cvc"
          inputMode="numeric"
          autoComplete="cc-csc"
          maxLength={4}
          error={errors.cvc}
        />
      </div>
    </div>
  );
}

/** Luhn's check digit. */
function isCardNumber(digits: string): boolean {
  if (!/^[0-9]{12,19}$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

function isFuture(expiry: string): boolean {
  const match = /^(0[1-9]|1[0-2])\s*\/?\s*(?:20)?([0-9]{2})$/.exec(expiry.trim());
  if (!match) return false;
  const firstInvalid = new Date(2000 + Number(match[2]), Number(match[1]), 1);
  return firstInvalid.getTime() > Date.now();
}
