import { expect, test } from "vitest";

import type { Facets } from "./api/config";
import { filterLabel, withAllValues } from "./facets";

const CAPACITY = { code: "capacity", name: "Capacity", type: "number", unit: "l" } as const;
const MATERIAL = { code: "material", name: "Material", type: "choice", unit: null } as const;
const HANDMADE = { code: "handmade", name: "Handmade", type: "boolean", unit: null } as const;
const RANGE = { values: [], min: 0.5, max: 1200 };
const NO_RANGE = { values: [], min: null, max: null };

const WHOLE: Facets = {
  count: 9,
  estimated: [],
  brands: [
    { title: "Agni", count: 4 },
    { title: "Diya", count: 5 },
  ],
  categories: [],
  price: { min_price: "10.00", max_price: "90.00" },
  on_sale: 2,
  in_stock: 8,
  available: 8,
  attributes: [
    { ...CAPACITY, ...RANGE, count: 6 },
    {
      ...MATERIAL,
      ...NO_RANGE,
      count: 9,
      values: [
        { value: "Steel", count: 4 },
        { value: "Iron", count: 5 },
      ],
    },
    { ...HANDMADE, ...NO_RANGE, count: 1, values: [{ value: true, count: 1 }] },
  ],
};

test("values that no product has with the filters stay, in their order", () => {
  const filtered: Facets = {
    ...WHOLE,
    count: 3,
    brands: [{ title: "Diya", count: 3 }],
    attributes: [
      { ...CAPACITY, ...NO_RANGE, count: 0 },
      { ...MATERIAL, ...NO_RANGE, count: 3, values: [{ value: "Iron", count: 3 }] },
    ],
  };
  const facets = withAllValues(filtered, WHOLE);
  expect(facets.brands).toEqual([
    { title: "Agni", count: 0 },
    { title: "Diya", count: 3 },
  ]);
  expect(facets.attributes).toEqual([
    { ...CAPACITY, ...RANGE, count: 0 },
    {
      ...MATERIAL,
      ...NO_RANGE,
      count: 3,
      values: [
        { value: "Steel", count: 0 },
        { value: "Iron", count: 3 },
      ],
    },
  ]);
  expect(withAllValues(filtered, undefined)).toBe(filtered);
});

test.each([
  ["material:Iron", "Material: Iron"],
  ["handmade:true", "Handmade: Yes"],
  ["handmade:false", "Handmade: No"],
  ["capacity:0.5..2", "Capacity: 0.5\u00a0l to 2\u00a0l"],
  ["capacity:1000..", "Capacity: from 1,000\u00a0l"],
  ["capacity:..2", "Capacity: up to 2\u00a0l"],
  ["capacity:2", "Capacity: 2\u00a0l"],
  ["screen-size:10", "Screen size: 10"],
])("the filter %s is shown as %s", (filter, label) => {
  expect(filterLabel(filter, WHOLE)).toBe(label);
});

test("a filter has a label before the facets are there", () => {
  expect(filterLabel("screen-size:10..", undefined)).toBe("Screen size: from 10");
});
