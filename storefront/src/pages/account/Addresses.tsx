import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import { api, data } from "../../api/client";
import type { Address } from "../../api/config";
import { asProblem } from "../../api/problem";
import { addressesQuery, keys } from "../../api/queries";
import { refresh } from "../../api/queryClient";
import { AddressForm, AddressText } from "../../components/AddressForm";
import {
  Button,
  classes,
  Confirmation,
  Dialog,
  Loading,
  ProblemAlert,
  ui,
} from "../../components/ui";
import { focusBeside } from "../../hooks/focus";
import { texts } from "../../texts";
import styles from "../shop.module.css";
import { Section } from "./Section";

export function Addresses() {
  const addresses = useQuery(addressesQuery);
  const [edited, setEdited] = useState<Address | "new" | null>(null);
  const close = () => setEdited(null);
  return (
    <Section id="addresses" title={texts.address.title}>
      {addresses.isPending && <Loading />}
      {addresses.isError && (
        <ProblemAlert error={addresses.error} onRetry={() => void addresses.refetch()} />
      )}
      {addresses.data?.length === 0 && <p className={ui.muted}>{texts.address.none}</p>}
      <ul className={styles.addresses}>
        {(addresses.data ?? []).map((address) => (
          <AddressCard key={address.id} address={address} onEdit={() => setEdited(address)} />
        ))}
      </ul>
      <div>
        <Button variant="quiet" className={ui.compact} onClick={() => setEdited("new")}>
          {texts.checkout.addAddress}
        </Button>
      </div>
      <Dialog
        title={edited === "new" ? texts.address.new : texts.address.editTitle}
        isOpen={edited !== null}
        onClose={close}
      >
        <AddressForm
          address={edited === "new" || edited === null ? undefined : edited}
          onSaved={close}
          onCancel={close}
        />
      </Dialog>
    </Section>
  );
}

function AddressCard({ address, onEdit }: { address: Address; onEdit: () => void }) {
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const deleteButton = useRef<HTMLButtonElement>(null);
  const path = { params: { path: { address_id: address.id } } };
  const remove = useMutation({
    mutationFn: () => data(api.DELETE("/api/addresses/{address_id}/", path)),
    onSuccess: () => {
      // A dialog that closes gives the focus back to the button, which is about to be removed.
      flushSync(() => setAsking(false));
      if (deleteButton.current) focusBeside(deleteButton.current);
    },
    onSettled: () => refresh(queryClient, keys.addresses),
  });
  const makeDefault = useMutation({
    mutationFn: () => data(api.POST("/api/addresses/{address_id}/set-default/", path)),
    onSettled: () => refresh(queryClient, keys.addresses),
  });
  const which = (
    <span className={ui.hidden}>
      : {address.house_number}, {address.town}
    </span>
  );
  return (
    <li className={styles.address}>
      <p>
        <span className={ui.badge}>
          {address.address_type === "OFFICE" ? texts.address.office : texts.address.home}
        </span>{" "}
        {address.is_default && (
          <span className={classes(ui.badge, ui.badgeGood)}>{texts.address.default}</span>
        )}
      </p>
      <AddressText address={address} />
      {makeDefault.isError && <p className={ui.error}>{asProblem(makeDefault.error).message}</p>}
      <div className={styles.lineActions}>
        <button type="button" className={ui.link} onClick={onEdit}>
          {texts.address.edit}
          {which}
        </button>
        {!address.is_default && (
          <button type="button" className={ui.link} onClick={() => makeDefault.mutate()}>
            {texts.address.makeDefault}
            {which}
          </button>
        )}
        <button
          ref={deleteButton}
          type="button"
          className={ui.link}
          onClick={() => setAsking(true)}
        >
          {texts.address.delete}
          {which}
        </button>
      </div>
      <Confirmation
        title={texts.address.deleteQuestion}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        action={texts.address.deleteIt}
        mutation={remove}
      >
        <AddressText address={address} />
      </Confirmation>
    </li>
  );
}
