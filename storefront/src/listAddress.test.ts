import { expect, test } from "vitest";

import {
  attributeFilter,
  boundsOf,
  filtersOf,
  NO_FILTERS,
  selectedValues,
  withFilters,
  withValues,
} from "./listAddress";

test("an address is read as filters", () => {
  const params = new URLSearchParams(
    "search= lamp &brand=Diya&brand=Roshni&tag=Wood&tag=Brass&min_price=100&max_price=2500.50&available=true&sort=-price",
  );
  expect(filtersOf(params, "home")).toEqual({
    category: "home",
    search: "lamp",
    brand: ["Diya", "Roshni"],
    tag: ["Wood", "Brass"],
    min_price: "100",
    max_price: "2500.50",
    available: "true",
    sort: "-price",
  });
});

test("what the API would refuse is left out", () => {
  const params = new URLSearchParams(
    "min_price=abc&max_price=-1&available=maybe&sort=random&brand=&attribute=colour&attribute=:Red" +
      `&attribute=colour:&attribute=colour:${"x".repeat(256)}&tag=&tag=${"x".repeat(65)}`,
  );
  expect(filtersOf(params, undefined)).toEqual({});
});

test.each([
  ["available=false", { available: "false" }],
  ["in_stock=0&on_sale=False", { available: "false", on_sale: "false" }],
  ["in_stock=true", { available: "true" }],
  ["available=true&in_stock=false", { available: "true" }],
])("sold-out products and those not on sale can be listed: %s", (query, filters) => {
  const params = new URLSearchParams(query);
  expect(filtersOf(params, undefined)).toEqual(filters);
  expect(withFilters(params, NO_FILTERS).toString()).toBe("");
});

test("changes keep the other filters, and an empty value removes one", () => {
  const params = new URLSearchParams("search=lamp&brand=Diya&available=true");
  const changed = withFilters(params, { brand: ["Diya", "Roshni"], available: "" });
  expect(changed.toString()).toBe("search=lamp&brand=Diya&brand=Roshni");
});

test("filters by attributes are read once each, with the code in small letters", () => {
  const params = new URLSearchParams(
    "attribute=Colour: Red&attribute=colour:Red&attribute=capacity:0.5..2&attribute=ratio:4:3",
  );
  expect(filtersOf(params, "kitchen")).toEqual({
    category: "kitchen",
    attribute: ["colour:Red", "capacity:0.5..2", "ratio:4:3"],
  });
  expect(attributeFilter("ratio:4:3")).toEqual({ code: "ratio", value: "4:3" });
});

test("values of one attribute are changed without the others", () => {
  const attribute = ["colour:Red", "size:M", "colour:Blue"];
  expect(selectedValues(attribute, "colour")).toEqual(["Red", "Blue"]);
  expect(withValues(attribute, "colour", ["Blue"])).toEqual(["size:M", "colour:Blue"]);
  expect(withValues(attribute, "fabric", ["Silk"])).toEqual([...attribute, "fabric:Silk"]);
});

test("bounds of a number are told from a value", () => {
  expect(boundsOf("0.5..2")).toEqual(["0.5", "2"]);
  expect(boundsOf("..2")).toEqual(["", "2"]);
  expect(boundsOf("2")).toBeNull();
});

test("clearing all filters keeps the search and the sort order", () => {
  const params = new URLSearchParams(
    "search=lamp&sort=price&brand=Diya&tag=Wood&attribute=colour:Red&min_price=1&max_price=9&available=true&on_sale=true",
  );
  expect(withFilters(params, NO_FILTERS).toString()).toBe("search=lamp&sort=price");
});
