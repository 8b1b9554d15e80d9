import { expect, test } from "vitest";

import type { ProductDetail, Variant } from "./api/config";
import { availabilityOf, choiceOf, choose, firstVariant, valuesOf, variantOf } from "./variants";

const [SIZE, COLOUR] = [1, 2];
const [S, M, RED, BLUE] = [11, 12, 21, 22];

function variant(id: number, size: number, colour: number, stock: number): Variant {
  return {
    id,
    stock,
    is_default: id === 100,
    values: [
      { option: SIZE, value: size },
      { option: COLOUR, value: colour },
    ],
  } as Variant;
}

const SHIRT = {
  options: [
    {
      id: SIZE,
      name: "Size",
      values: [
        { id: S, value: "S" },
        { id: M, value: "M" },
      ],
    },
    {
      id: COLOUR,
      name: "Colour",
      values: [
        { id: RED, value: "Red" },
        { id: BLUE, value: "Blue" },
      ],
    },
  ],
  // There is no blue shirt of size S.
  variants: [variant(100, S, RED, 3), variant(101, M, RED, 0), variant(102, M, BLUE, 5)],
} as unknown as ProductDetail;

test("the default variant is chosen first, or another one that is in stock", () => {
  const [first, ...others] = SHIRT.variants;
  const of = (...variants: unknown[]) => ({ ...SHIRT, variants }) as ProductDetail;
  const soldOut = { ...first, stock: 0 };
  expect(firstVariant(SHIRT)?.id).toBe(100);
  expect(firstVariant(of(soldOut, ...others))?.id).toBe(102);
  expect(firstVariant(of(soldOut))?.id).toBe(100);
  expect(firstVariant(of())).toBeUndefined();
});

test("a value that exists with the others keeps them", () => {
  const choice = choose(SHIRT, choiceOf(SHIRT.variants[0]), SIZE, M);
  expect(variantOf(SHIRT, choice)?.id).toBe(101);
});

test("a value without a variant chooses the nearest one", () => {
  const choice = choose(SHIRT, choiceOf(SHIRT.variants[0]), COLOUR, BLUE);
  expect(variantOf(SHIRT, choice)?.id).toBe(102);
});

test("values show whether they can be had with the other choices", () => {
  const choice = choiceOf(SHIRT.variants[0]);
  expect(availabilityOf(SHIRT, choice, SIZE, S)).toBe("in stock");
  expect(availabilityOf(SHIRT, choice, SIZE, M)).toBe("sold out");
  expect(availabilityOf(SHIRT, choice, COLOUR, BLUE)).toBe("not made");
});

test("values without a variant are not offered", () => {
  const onlyRed = { ...SHIRT, variants: SHIRT.variants.slice(0, 2) };
  const offered = SHIRT.options.map((option) =>
    valuesOf(onlyRed, option).map(({ value }) => value),
  );
  expect(offered).toEqual([["S", "M"], ["Red"]]);
});
