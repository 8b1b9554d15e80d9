import { expect, test } from "vitest";

import { BrowserStorage, stored } from "./storage";

function refused(): Storage {
  throw new DOMException("Access is denied for this document.", "SecurityError");
}

test("values stay after a reload", () => {
  stored.write("seen", [1, 2]);
  const reloaded = new BrowserStorage(() => window.localStorage);
  expect(reloaded.read("seen")).toEqual([1, 2]);
  reloaded.remove("seen");
  expect(stored.get("seen")).toBeNull();
});

test("a browser that refuses storage keeps values in memory", () => {
  const storage = new BrowserStorage(refused);
  expect(storage.read("seen")).toBeNull();
  storage.write("seen", [1, 2]);
  expect(storage.read("seen")).toEqual([1, 2]);
  storage.remove("seen");
  expect(storage.get("seen")).toBeNull();
});

test("a full storage never returns an earlier value", () => {
  let isFull = false;
  const full = {
    getItem: (name: string) => localStorage.getItem(name),
    removeItem: (name: string) => localStorage.removeItem(name),
    setItem: (name: string, value: string) => {
      if (isFull) throw new DOMException("", "QuotaExceededError");
      localStorage.setItem(name, value);
    },
  } as Storage;
  const storage = new BrowserStorage(() => full);
  storage.set("key", "old");
  isFull = true;
  storage.set("key", "new");
  expect(storage.get("key")).toBe("new");
  isFull = false;
  storage.set("key", "newest");
  expect([storage.get("key"), localStorage.getItem("key")]).toEqual(["newest", "newest"]);
});

test("a value that is not JSON is ignored", () => {
  localStorage.setItem("seen", "{");
  expect(stored.read("seen")).toBeNull();
});
