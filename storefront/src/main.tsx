import "./styles/global.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { App } from "./App";
import { page, shop } from "./api/config";
import { forgetWithSession } from "./api/ownData";
import { Problem } from "./api/problem";
import { session } from "./api/session";
import { loadTexts } from "./texts";

const RETRIES = 2;
const LONGEST_WAIT = 10; // seconds

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < RETRIES &&
        (!(error instanceof Problem) ||
          (error.isTemporary && (error.retryAfter ?? 0) <= LONGEST_WAIT)),
      retryDelay: (attempt, error) =>
        error instanceof Problem && error.retryAfter ? error.retryAfter * 1000 : 500 * 2 ** attempt,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
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
