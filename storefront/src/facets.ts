import type { AttributeFacet, Facets } from "./api/config";
import { attributeValue } from "./format";
import { attributeFilter, boundsOf } from "./listAddress";
import { texts } from "./texts";

/** Facets with the values that `whole`, those without filters, have. Their count is 0. */
export function withAllValues(facets: Facets, whole: Facets | undefined): Facets {
  if (!whole) return facets;
  const wholeAttributes = new Map(whole.attributes.map((each) => [each.code, each]));
  return {
    ...facets,
    brands: completed(facets.brands, whole.brands, ({ title }) => title.toLowerCase()),
    attributes: facets.attributes.map((each) => {
      const all = wholeAttributes.get(each.code);
      if (!all) return each;
      const values = completed(each.values, all.values, ({ value }) => String(value));
      return { ...each, values, min: each.min ?? all.min, max: each.max ?? all.max };
    }),
  };
}

/** The label of a value in an address, such as "Yes" for `true`. */
export function valueLabel(facet: AttributeFacet, value: string): string {
  if (facet.type === "boolean") return attributeValue(value.toLowerCase() === "true", null);
  if (facet.type === "number") return attributeValue(Number(value), facet.unit);
  return value;
}

/** The label of a filter: "Fabric: Linen", "Capacity: from 0.5 l". */
export function filterLabel(text: string, facets: Facets | undefined): string {
  const { code, value } = attributeFilter(text);
  const facet = facets?.attributes.find((each) => each.code === code);
  // The code is made of the name.
  const name = facet?.name ?? code.charAt(0).toUpperCase() + code.slice(1).replaceAll("-", " ");
  const label = (part: string) => (facet ? valueLabel(facet, part) : part);
  const [low, high] = boundsOf(value) ?? [];
  if (low && high) return texts.list.between(name, label(low), label(high));
  if (low) return texts.list.atLeast(name, label(low));
  if (high) return texts.list.atMost(name, label(high));
  return `${name}: ${label(value)}`;
}

function completed<T extends { count: number }>(
  values: readonly T[],
  all: readonly T[],
  key: (value: T) => string,
): T[] {
  const counted = new Map(values.map((each) => [key(each), each]));
  const known = new Set(all.map(key));
  return [
    ...all.map((each) => counted.get(key(each)) ?? { ...each, count: 0 }),
    ...values.filter((each) => !known.has(key(each))),
  ];
}
