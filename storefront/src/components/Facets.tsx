import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentProps, type ReactNode, type SubmitEvent, useId, useState } from "react";
import { NavLink } from "react-router";

import type { AttributeFacet, Category, Facets as Counts } from "../api/config";
import { asProblem } from "../api/problem";
import { categoryCountsQuery, facetsQuery, type ProductFilters } from "../api/queries";
import { valueLabel, withAllValues } from "../facets";
import { textOf } from "../form";
import { count, plural, typedNumber } from "../format";
import { boundsOf, type ListParameters, selectedValues, withValues } from "../listAddress";
import styles from "../pages/catalog.module.css";
import { texts } from "../texts";
import { Button, classes, Field, ProblemAlert, ui } from "./ui";

/** Of a longer list of values, those shown at first. */
const FIRST_VALUES = 12;
const PRICE = /^([0-9]{1,12}(\.[0-9]{1,3})?)?$/;
const NUMBER = /^(-?[0-9]{1,9}(\.[0-9]{1,4})?)?$/;

type Changes = Partial<ListParameters>;
/** Changes the address, by its present filters where the change depends on them. */
export type Change = (changes: Changes | ((now: ProductFilters) => Changes)) => void;

/**
 * The facets of a list. Until those of new filters are there, those of the filters before are
 * kept. Values that no product has any more stay, so that nothing moves, if the facets without
 * filters are known.
 */
export function useFacets(filters: ProductFilters, isEnabled: boolean) {
  const { category, search } = filters;
  const facets = useQuery({
    ...facetsQuery(filters),
    enabled: isEnabled,
    placeholderData: (previous, query) =>
      query?.queryKey[1].category === category ? previous : undefined,
  });
  const whole = useQueryClient().getQueryData(
    facetsQuery({ ...(category && { category }), ...(search && { search }) }).queryKey,
  );
  return { ...facets, data: facets.data && withAllValues(facets.data, whole) };
}

export function Facets({
  filters,
  facets,
  categories,
  linkTo,
  onChange,
}: {
  filters: ProductFilters;
  facets: ReturnType<typeof useFacets>;
  categories: readonly Category[];
  /** The address of the list of a category. */
  linkTo: (category: string | undefined, keepFilters: boolean) => string;
  onChange: Change;
}) {
  const { data } = facets;
  const isEstimate = (name: string) => data?.estimated.includes(name) ?? false;
  const attribute = filters.attribute ?? [];
  // If there is no product, both prices are zero.
  const prices = Number(data?.price.max_price) > 0 ? data?.price : undefined;
  return (
    <>
      <CategoryFacet filters={filters} facets={data} categories={categories} linkTo={linkTo} />
      <CheckFacet
        legend={texts.facets.availability}
        label={texts.common.inStock}
        count={data?.available}
        isEstimate={isEstimate("available")}
        isChecked={filters.available === "true"}
        onChange={(isChecked) => onChange({ available: isChecked ? "true" : "" })}
      />
      <CheckFacet
        legend={texts.facets.offers}
        label={texts.common.onSale}
        count={data?.on_sale}
        isEstimate={isEstimate("on_sale")}
        isChecked={filters.on_sale === "true"}
        onChange={(isChecked) => onChange({ on_sale: isChecked ? "true" : "" })}
      />
      <RangeFacet
        legend={texts.facets.price}
        low={filters.min_price}
        high={filters.max_price}
        from={prices?.min_price.replace(/\.0+$/, "")}
        to={prices?.max_price.replace(/\.0+$/, "")}
        pattern={PRICE}
        onChange={(low, high) => onChange({ min_price: low, max_price: high })}
      />
      {facets.isPending && <div className={styles.facetSkeleton} aria-hidden="true" />}
      {facets.isError && asProblem(facets.error).status !== 400 && (
        <ProblemAlert error={facets.error} onRetry={() => void facets.refetch()} />
      )}
      {data?.attributes.map((each) => (
        <AttributeFacetView
          key={each.code}
          facet={each}
          selected={selectedValues(attribute, each.code)}
          isEstimate={isEstimate(`attributes.${each.code}`)}
          onChange={(change) =>
            onChange(({ attribute: now = [] }) => ({
              attribute: withValues(now, each.code, change(selectedValues(now, each.code))),
            }))
          }
        />
      ))}
      {data && (
        <ValuesFacet
          legend={texts.facets.brand}
          values={data.brands.map(({ title, count }) => ({ value: title, count }))}
          selected={filters.brand ?? []}
          isEstimate={isEstimate("brands")}
          onChange={(change) => onChange(({ brand = [] }) => ({ brand: change(brand) }))}
        />
      )}
    </>
  );
}

/** The main categories, and those in the categories that are open. */
function CategoryFacet({
  filters,
  facets,
  categories,
  linkTo,
}: {
  filters: ProductFilters;
  facets: Counts | undefined;
  categories: readonly Category[];
  linkTo: (category: string | undefined, keepFilters: boolean) => string;
}) {
  const open = categories.find(({ slug }) => slug === filters.category);
  const way = open?.breadcrumbs ?? [];
  const shown = categories.filter(
    ({ parent }) => parent === null || way.some(({ id }) => id === parent),
  );
  const counts = useCategoryCounts(filters, facets, way);
  return (
    <nav className={styles.facet} aria-label={texts.facets.category}>
      <p className={ui.legend}>{texts.facets.category}</p>
      <ul className={styles.facetLinks}>
        <li>
          <NavLink to={linkTo(undefined, false)}>{texts.common.allProducts}</NavLink>
        </li>
        {shown.map(({ id, slug, name, parent, breadcrumbs }) => {
          const number = counts.get(slug);
          return (
            <li
              key={id}
              className={styles.facetLink}
              style={{ paddingInlineStart: `${breadcrumbs.length - 1}em` }}
            >
              {number?.count === 0 && slug !== open?.slug ? (
                <span className={ui.muted}>{name}</span>
              ) : (
                // The counts are those with the filters, which categories below have, too.
                <NavLink to={linkTo(slug, parent === (open?.id ?? null))}>{name}</NavLink>
              )}
              <Count number={number?.count} isEstimate={number?.isEstimate ?? false} />
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/**
 * The numbers of products by category. Those of the open category and of those in it have the
 * filters of the list; those of the others only what is searched for, as their links.
 */
function useCategoryCounts(
  { category, search }: ProductFilters,
  facets: Counts | undefined,
  way: Category["breadcrumbs"],
) {
  const all = useQuery({ ...categoryCountsQuery, enabled: !!category && !search });
  // The first category of the way is at the top, each other one in the one before.
  const parents = search ? way.map((_, level) => way[level - 1]) : [];
  const found = useQueries({
    queries: parents.map((parent) =>
      facetsQuery({ ...(parent && { category: parent.slug }), ...(search && { search }) }),
    ),
  });
  const counts = new Map<string, { count: number; isEstimate: boolean }>();
  const add = (categories: Counts["categories"], isEstimate: boolean) => {
    for (const { slug, count } of categories) counts.set(slug, { count, isEstimate });
  };
  const isEstimate = (of: Counts, name: string) => of.estimated.includes(name);
  add(all.data ?? [], false);
  for (const { data } of found) if (data) add(data.categories, isEstimate(data, "categories"));
  if (facets) {
    add(facets.categories, isEstimate(facets, "categories"));
    if (category) {
      counts.set(category, { count: facets.count, isEstimate: isEstimate(facets, "count") });
    }
  }
  return counts;
}

type ChangeValues = (selected: readonly string[]) => string[];

function AttributeFacetView({
  facet,
  selected,
  isEstimate,
  onChange,
}: {
  facet: AttributeFacet;
  selected: readonly string[];
  isEstimate: boolean;
  onChange: (change: ChangeValues) => void;
}) {
  const isEmpty = facet.values.length === 0 && facet.min === null;
  if (isEmpty && selected.length === 0) return null;
  if (facet.type === "number") {
    const value = selected[0] ?? "";
    const [low, high] = boundsOf(value) ?? [value, value];
    return (
      <RangeFacet
        legend={facet.unit ? `${facet.name} (${facet.unit})` : facet.name}
        low={low}
        high={high}
        from={facet.min?.toString()}
        to={facet.max?.toString()}
        pattern={NUMBER}
        onChange={(from, to) => onChange(() => (from || to ? [`${from}..${to}`] : []))}
      />
    );
  }
  return (
    <ValuesFacet
      legend={facet.name}
      values={facet.values.map(({ value, count }) => ({ value: String(value), count }))}
      labelOf={(value) => valueLabel(facet, value)}
      selected={selected}
      isEstimate={isEstimate}
      onChange={onChange}
    />
  );
}

/** Values with check boxes; a long list has a field that finds some. */
function ValuesFacet({
  legend,
  values,
  labelOf = (value) => value,
  selected,
  isEstimate,
  onChange,
}: {
  legend: string;
  values: readonly { value: string; count: number }[];
  labelOf?: (value: string) => string;
  selected: readonly string[];
  isEstimate: boolean;
  onChange: (change: ChangeValues) => void;
}) {
  const [word, setWord] = useState("");
  const id = useId();
  const isSelected = (value: string) => selected.some((each) => isSame(each, value));
  // The API leaves out values that no product has with the other filters.
  const missing = selected.filter((each) => !values.some(({ value }) => isSame(each, value)));
  const all = [...missing.map((value) => ({ value, count: 0 })), ...values];
  if (all.length === 0) return null;
  const matching = all.filter(({ value }) =>
    labelOf(value).toLowerCase().includes(word.toLowerCase()),
  );
  const shown = word
    ? matching.slice(0, 2 * FIRST_VALUES)
    : matching.filter(({ value }, index) => index < FIRST_VALUES || isSelected(value));
  return (
    <fieldset className={styles.facet}>
      <legend className={ui.legend}>{legend}</legend>
      {all.length > FIRST_VALUES && (
        <>
          <label htmlFor={id} className={ui.hidden}>
            {texts.facets.find} {legend}
          </label>
          <input
            id={id}
            className={ui.input}
            placeholder={texts.facets.findOneOf(count(all.length))}
            value={word}
            onChange={(event) => setWord(event.target.value)}
          />
        </>
      )}
      <div className={styles.facetValues}>
        {shown.map(({ value, count }) => (
          <Check
            key={value}
            label={labelOf(value)}
            count={count}
            isEstimate={isEstimate}
            isChecked={isSelected(value)}
            onChange={(isChecked) =>
              onChange((now) => {
                const others = now.filter((each) => !isSame(each, value));
                return isChecked ? [...others, value] : others;
              })
            }
          />
        ))}
      </div>
      {word && shown.length === 0 && <p className={ui.muted}>{texts.facets.nothingFound}</p>}
    </fieldset>
  );
}

/** A facet with one check box. */
function CheckFacet({ legend, ...check }: { legend: string } & ComponentProps<typeof Check>) {
  return (
    <fieldset className={styles.facet}>
      <legend className={ui.legend}>{legend}</legend>
      <div className={styles.facetValues}>
        <Check {...check} />
      </div>
    </fieldset>
  );
}

function Check({
  label,
  count,
  isEstimate,
  isChecked,
  onChange,
}: {
  label: string;
  count: number | undefined;
  isEstimate: boolean;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}) {
  // Shown at once, while the page with the new address is rendered.
  const [shown, setShown] = useState(isChecked);
  const [before, setBefore] = useState(isChecked);
  if (before !== isChecked) {
    setBefore(isChecked);
    setShown(isChecked);
  }
  const isDisabled = count === 0 && !shown;
  return (
    <label className={classes(styles.check, isDisabled && styles.isDisabled)}>
      <input
        type="checkbox"
        checked={shown}
        disabled={isDisabled}
        onChange={(event) => {
          setShown(event.target.checked);
          onChange(event.target.checked);
        }}
      />
      <span className={ui.ownText}>{label}</span>
      <Count number={count} isEstimate={isEstimate} />
    </label>
  );
}

function Count({
  number,
  isEstimate,
}: {
  number: number | undefined;
  isEstimate: boolean;
}): ReactNode {
  if (number === undefined) return null;
  return (
    <span className={classes(ui.small, ui.muted)}>
      {count(number, isEstimate)}
      <span className={ui.hidden}> {plural(number, texts.common.productsWord)}</span>
    </span>
  );
}

/** Apply the bounds that were typed in a dialog but not applied. Returns whether they are valid. */
export function applyTyped(dialog: Element): boolean {
  const typed = Array.from(dialog.querySelectorAll("form")).filter((form) =>
    Array.from(form.querySelectorAll("input")).some((each) => each.value !== each.defaultValue),
  );
  for (const form of typed) form.requestSubmit();
  return typed.every((form) => form.checkValidity());
}

/** Bounds of a price or of another number. `from` and `to` are those of the products. */
function RangeFacet({
  legend,
  low,
  high,
  from,
  to,
  pattern,
  onChange,
}: {
  legend: string;
  low: string | undefined;
  high: string | undefined;
  from: string | undefined;
  to: string | undefined;
  pattern: RegExp;
  onChange: (low: string, high: string) => void;
}) {
  const [error, setError] = useState("");
  // Keyboards for decimals have no minus sign.
  const input = { inputMode: Number(from) < 0 ? "text" : "decimal" } as const;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [least, most] = [typedNumber(textOf(form, "low")), typedNumber(textOf(form, "high"))];
    const problem =
      !pattern.test(least) || !pattern.test(most)
        ? texts.facets.notNumber(from ?? "500")
        : least && most && Number(least) > Number(most)
          ? texts.facets.wrongOrder
          : "";
    setError(problem);
    event.currentTarget.querySelector("input")?.setCustomValidity(problem);
    if (!problem) onChange(least, most);
  };
  return (
    <form key={`${low ?? ""} ${high ?? ""}`} onSubmit={submit} noValidate>
      <fieldset className={styles.facet}>
        <legend className={ui.legend}>{legend}</legend>
        <div className={styles.prices}>
          <Field
            label={texts.facets.from}
            name="low"
            {...input}
            defaultValue={low}
            placeholder={from}
          />
          <Field
            label={texts.common.upTo}
            name="high"
            {...input}
            defaultValue={high}
            placeholder={to}
          />
        </div>
        {error && (
          <p className={ui.error} role="alert">
            {error}
          </p>
        )}
        <Button type="submit" variant="quiet" className={ui.compact}>
          {texts.facets.apply}
          <span className={ui.hidden}>: {legend}</span>
        </Button>
      </fieldset>
    </form>
  );
}

/** The API compares values without regard to case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
