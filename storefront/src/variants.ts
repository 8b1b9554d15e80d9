import type { ProductDetail, Variant } from "./api/config";

/** Chosen values by option, both by id. */
export type Choice = Readonly<Record<number, number>>;

export function choiceOf(variant: Variant | undefined): Choice {
  return Object.fromEntries((variant?.values ?? []).map(({ option, value }) => [option, value]));
}

/** The variant that a page shows first: the default one, unless only others are in stock. */
export function firstVariant({ variants }: ProductDetail): Variant | undefined {
  const first = variants.find((variant) => variant.is_default) ?? variants[0];
  return first?.stock ? first : (variants.find((variant) => variant.stock > 0) ?? first);
}

/** The variant with exactly these values, if there is one. */
export function variantOf(product: ProductDetail, choice: Choice): Variant | undefined {
  return product.variants.find((variant) =>
    product.options.every(
      ({ id }) => variant.values.find((each) => each.option === id)?.value === choice[id],
    ),
  );
}

/** The values of an option that a variant has. Staff may have archived the variants of others. */
export function valuesOf({ variants }: ProductDetail, option: ProductDetail["options"][number]) {
  return option.values.filter(({ id }) =>
    variants.some(({ values }) =>
      values.some((each) => each.option === option.id && each.value === id),
    ),
  );
}

export type Availability = "in stock" | "sold out" | "not made";

/** Whether a value can be had together with the other chosen values, and if not, why. */
export function availabilityOf(
  product: ProductDetail,
  choice: Choice,
  option: number,
  value: number,
): Availability {
  const variant = variantOf(product, { ...choice, [option]: value });
  if (!variant) return "not made";
  return variant.stock > 0 ? "in stock" : "sold out";
}

/**
 * The choice after a value was picked. If no variant has this value with the others, the nearest
 * one is chosen: it keeps as many of the other values as possible, and one in stock is preferred.
 */
export function choose(
  product: ProductDetail,
  choice: Choice,
  option: number,
  value: number,
): Choice {
  const picked = { ...choice, [option]: value };
  if (variantOf(product, picked)) return picked;
  const candidates = product.variants.filter((variant) =>
    variant.values.some((each) => each.option === option && each.value === value),
  );
  const score = (variant: Variant) =>
    variant.values.filter((each) => picked[each.option] === each.value).length * 2 +
    (variant.stock > 0 ? 1 : 0);
  const nearest = [...candidates].sort((a, b) => score(b) - score(a))[0];
  return nearest ? choiceOf(nearest) : picked;
}
