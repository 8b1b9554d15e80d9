import { type RefObject, useEffect } from "react";

/** Move the focus to the first invalid field of a form when its request has failed. */
export function useFocusOnInvalid(form: RefObject<HTMLFormElement | null>, error: unknown): void {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}

/** Move the focus from an item of a list that is removed to the one beside it. */
export function focusBeside(control: Element): void {
  const item = control.closest("li");
  const beside = item?.nextElementSibling ?? item?.previousElementSibling;
  const next = beside?.querySelector<HTMLElement>("a, button");
  (next ?? document.getElementById("content"))?.focus();
}
