import type { ReactNode } from "react";

import { classes, ui } from "../../components/ui";

/** A part of the account page, which its navigation leads to. */
export function Section({
  id,
  title,
  children,
}: {
  id: string;
  title: string;
  children: ReactNode;
}) {
  return (
    <section id={id} className={classes(ui.card, ui.stack)} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}
