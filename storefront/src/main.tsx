import "./styles/global.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { App } from "./App";
import { catalog, data } from "./api/client";
import { page, setShop, shop } from "./api/config";
import { forgetWithSession } from "./api/ownData";
import { newQueryClient } from "./api/queryClient";
import { session } from "./api/session";
import { classes, ProblemAlert, ui } from "./components/ui";
import { loadTexts } from "./texts";

const queryClient = newQueryClient();
for (const [key, value] of page?.queries ?? []) queryClient.setQueryData(key, value);

forgetWithSession(queryClient, session);
void session.extendGuest();

/** Load what all pages need: the settings of the shop, unless the server has embedded them. */
async function load(): Promise<void> {
  if (page === null) {
    setShop(await data(catalog.GET("/api/shop/")));
    document.title = shop.name;
    document.documentElement.lang = shop.language;
    document.documentElement.dir = shop.direction;
  }
  await loadTexts(shop.locale);
}

function show(content: ReactNode): void {
  const root = document.getElementById("root");
  if (!root) return;
  // As a transition, the first rendering lets the browser handle input in between.
  startTransition(() => createRoot(root).render(<StrictMode>{content}</StrictMode>));
}

void load().then(
  () =>
    show(
      <QueryClientProvider client={queryClient}>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </QueryClientProvider>,
    ),
  (error: unknown) =>
    show(
      <main className={classes(ui.container, ui.page)}>
        <ProblemAlert error={error} onRetry={() => window.location.reload()} />
      </main>,
    ),
);
