import { expect, test } from "vitest";

import { filtersOf, withFilters } from "./listAddress";

test("an address is read as filters", () => {
  const params = new URLSearchParams(
    "search= lamp &brand=Diya&brand=Roshni&min_price=100&max_price=2500.50&in_stock=true&sort=-price",
  );
  expect(filtersOf(params, "home")).toEqual({
    category: "home",
    search: "lamp",
    brand: ["Diya", "Roshni"],
    min_price: "100",
    max_price: "2500.50",
    in_stock: "true",
    sort: "-price",
  });
});

test("what the API would refuse is left out", () => {
  const params = new URLSearchParams(
    "min_price=abc&max_price=-1&in_stock=maybe&sort=random&brand=",
  );
  expect(filtersOf(params, undefined)).toEqual({});
});

test("changes keep the other filters, and an empty value removes one", () => {
  const params = new URLSearchParams("search=lamp&brand=Diya&in_stock=true");
  const changed = withFilters(params, { brand: ["Diya", "Roshni"], in_stock: "" });
  expect(changed.toString()).toBe("search=lamp&brand=Diya&brand=Roshni");
});
