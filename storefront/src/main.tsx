import "./styles/global.css";

import { type Query, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { startTransition, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { App } from "./App";
import { page, shop } from "./api/config";
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

// What belongs to a shopper is forgotten when the session ends, here or in another tab, and read
// again when a guest becomes a user and when an expired session is renewed.
const OWN = ["cart", "orders", "order", "addresses", "wishlist", "account", "mfa", "sessions"];
const own = { predicate: ({ queryKey: [kind] }: Query) => OWN.includes(String(kind)) };
let before = { state: session.state, isExpired: false };
session.subscribe(() => {
  const after = { state: session.state, isExpired: session.isExpired };
  if (before.state !== after.state && after.state === "signed-out") {
    queryClient.removeQueries(own);
  } else if (before.state !== after.state || (before.isExpired && !after.isExpired)) {
    void queryClient.invalidateQueries(own);
  }
  before = after;
});

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
