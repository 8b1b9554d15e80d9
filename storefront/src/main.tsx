import "./styles/global.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { App } from "./App";
import { page, shop } from "./api/config";
import { forgetWithSession } from "./api/ownData";
import { newQueryClient } from "./api/queryClient";
import { session } from "./api/session";
import { loadTexts } from "./texts";

const queryClient = newQueryClient();
for (const [key, data] of page.queries) queryClient.setQueryData(key, data);

forgetWithSession(queryClient, session);
void session.extendGuest();

const root = document.getElementById("root");
void loadTexts(shop.locale).then(() => {
  if (!root) return;
  // As a transition, the first rendering lets the browser handle input in between.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
});
