import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

import { setShop } from "../api/config";

setShop({
  name: "NovaCart",
  locale: "en-IN",
  language: "en-IN",
  direction: "ltr",
  timezone: "Asia/Kolkata",
  currency: "INR",
  card_payments: "sandbox",
  stripe_publishable_key: "",
  max_per_line: 10,
  estimated_delivery: "2026-12-01",
});

// jsdom has no modal dialogs.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
