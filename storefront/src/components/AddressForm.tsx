import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Ref, type SubmitEvent, useImperativeHandle, useRef } from "react";

import { api, data } from "../api/client";
import type { Address } from "../api/config";
import { asProblem } from "../api/problem";
import { keys, pincodeQuery } from "../api/queries";
import { refresh } from "../api/queryClient";
import { useFocusOnInvalid } from "../hooks/focus";
import styles from "../pages/shop.module.css";
import { texts } from "../texts";
import { Button, Field, FormProblem, Select, ui } from "./ui";

/** Saves what is typed in the form. Rejects with the problem that the form shows. */
export interface AddressSaver {
  save: () => Promise<Address>;
}

/** A form for a new address, or for a change of `address`. */
export function AddressForm({
  ref,
  address,
  submitLabel = texts.address.save,
  onSaved,
  onCancel,
}: {
  ref?: Ref<AddressSaver>;
  address?: Address | undefined;
  submitLabel?: string;
  onSaved: (address: Address) => void;
  onCancel?: (() => void) | undefined;
}) {
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const save = useMutation({
    mutationFn: (body: AddressValues) =>
      address
        ? data(
            api.PUT("/api/addresses/{address_id}/", {
              params: { path: { address_id: address.id } },
              body: { ...body, is_default: address.is_default },
            }),
          )
        : data(api.POST("/api/addresses/", { body })),
    onSuccess: async (saved) => {
      await refresh(queryClient, keys.addresses);
      onSaved(saved);
    },
  });
  useFocusOnInvalid(form, save.error);
  const problem = save.isError ? asProblem(save.error) : null;
  const errors = problem?.fields ?? {};

  const running = useRef<Promise<Address> | null>(null);
  const saveTyped = () => {
    const typed = addressOf(new FormData(form.current ?? undefined));
    running.current ??= save.mutateAsync(typed).finally(() => {
      running.current = null;
    });
    return running.current;
  };
  useImperativeHandle(ref, () => ({ save: saveTyped }));

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void saveTyped().catch(() => null);
  };

  return (
    <form ref={form} onSubmit={submit} className={styles.form} noValidate>
      <FormProblem error={save.error} />
      <AddressFields address={address} errors={errors} />
      <div className={styles.lineActions}>
        <Button type="submit" isBusy={save.isPending}>
          {submitLabel}
        </Button>
        {onCancel && (
          <Button variant="quiet" onClick={onCancel}>
            {texts.common.cancel}
          </Button>
        )}
      </div>
    </form>
  );
}

const PUNCTUATION = String.raw`[\s\u2010-\u2015\u2212\-]*`;
/** 10, 12 or 13 digits, as the API reads them. */
const MOBILE = String.raw`\s*\+?${PUNCTUATION}(\d${PUNCTUATION}){10}((\d${PUNCTUATION}){2,3})?`;

/** The fields of an address, in a form. A pincode fills in its town. */
export function AddressFields({
  address,
  errors = {},
  onFilled,
}: {
  address?: Partial<AddressValues> | undefined;
  errors?: Readonly<Record<string, string>>;
  onFilled?: () => void;
}) {
  const queryClient = useQueryClient();
  // The place of the last pincode, at first that of `address`.
  const filled = useRef<Record<string, string | undefined>>({
    town: address?.town,
    district: address?.district,
    state: address?.state,
  });
  const fillPlace = async (input: HTMLInputElement) => {
    const pincode = input.value.trim();
    if (!/^[0-9]{6}$/.test(pincode)) return;
    const place = await queryClient
      .query({ ...pincodeQuery(pincode), retry: false })
      .catch(() => null);
    // The shopper may have typed another one meanwhile.
    if (input.value.trim() !== pincode) return;
    const city = place?.city ?? "";
    const values = { town: city, district: city, state: place?.state ?? "" };
    for (const [name, value] of Object.entries(values)) {
      const target = input.form?.elements.namedItem(name);
      if (!(target instanceof HTMLInputElement)) continue;
      // What the shopper has typed since is kept.
      if (target.value && target.value !== filled.current[name]) continue;
      target.value = value;
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
    filled.current = values;
    onFilled?.();
  };

  const field = (name: TextField, label: string, autoComplete: string) => ({
    name,
    label,
    autoComplete,
    required: true,
    maxLength: name === "address" ? 500 : 100,
    defaultValue: address?.[name],
    error: errors[name],
  });
  return (
    <>
      <Field {...field("name", texts.address.name, "name")} className={styles.half ?? ""} />
      <Field
        {...field("mobile", texts.address.mobile, "tel")}
        className={styles.half ?? ""}
        type="tel"
        maxLength={30}
        pattern={MOBILE}
      />
      <Field
        {...field("pincode", texts.address.pincode, "postal-code")}
        className={styles.third ?? ""}
        inputMode="numeric"
        maxLength={6}
        pattern="[0-9]{6}"
        title={texts.address.pincodeHint}
        onChange={(event) => void fillPlace(event.target)}
      />
      <Field
        {...field("town", texts.address.town, "address-level2")}
        className={styles.third ?? ""}
      />
      <Field
        {...field("state", texts.address.state, "address-level1")}
        className={styles.third ?? ""}
      />
      <Field
        {...field("district", texts.address.district, "address-level3")}
        className={styles.half ?? ""}
      />
      <Field
        {...field("house_number", texts.address.houseNumber, "address-line1")}
        className={styles.half ?? ""}
      />
      <Field {...field("address", texts.address.street, "address-line2")} />
      <div className={styles.half}>
        <Select
          label={texts.address.kind}
          name="address_type"
          defaultValue={address?.address_type ?? "HOME"}
        >
          <option value="HOME">{texts.address.home}</option>
          <option value="OFFICE">{texts.address.office}</option>
        </Select>
      </div>
    </>
  );
}

export function AddressText({ address }: { address: Omit<AddressValues, "address_type"> }) {
  return (
    <address className={ui.ownText}>
      <strong>{address.name}</strong>
      <br />
      {address.house_number}, {address.address}
      <br />
      {address.town}, {address.state} {address.pincode}
      <br />
      {address.mobile}
    </address>
  );
}

const TEXTS = [
  "name",
  "mobile",
  "pincode",
  "town",
  "district",
  "house_number",
  "address",
  "state",
] as const;
type TextField = (typeof TEXTS)[number];
export type AddressValues = Record<TextField, string> & { address_type: "HOME" | "OFFICE" };

export function addressOf(form: FormData): AddressValues {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const fields = Object.fromEntries(TEXTS.map((name) => [name, text(name)])) as Record<
    TextField,
    string
  >;
  return { ...fields, address_type: text("address_type") === "OFFICE" ? "OFFICE" : "HOME" };
}
