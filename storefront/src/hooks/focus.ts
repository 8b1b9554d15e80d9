import { type RefObject, useEffect } from "react";

/** Move the focus to the first invalid field of a form when its request has failed. */
export function useFocusOnInvalid(form: RefObject<HTMLFormElement | null>, error: unknown): void {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}
