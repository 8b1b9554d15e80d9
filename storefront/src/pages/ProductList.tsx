import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import { Link, NavLink, useParams, useSearchParams } from "react-router";

import type { Category } from "../api/config";
import {
  brandsQuery,
  categoriesQuery,
  keys,
  priceRangeQuery,
  type ProductFilters,
  productPage,
} from "../api/queries";
import { Icon } from "../components/icons";
import { ProductGrid } from "../components/ProductGrid";
import {
  Breadcrumbs,
  Button,
  classes,
  Dialog,
  Empty,
  Field,
  Select,
  ui,
  useTitle,
} from "../components/ui";
import { count, money, plural } from "../format";
import { filtersOf, type ListParameters, SORTS, sortName, withFilters } from "../listAddress";
import styles from "./catalog.module.css";
import { NotFound } from "./NotFound";

const FIRST_BRANDS = 12;

/** A category, or the results of a search. The address holds all filters. */
export function ProductList() {
  const { slug } = useParams();
  const [params, setParams] = useSearchParams();
  const categories = useQuery(categoriesQuery);
  const category = categories.data?.find((each) => each.slug === slug);
  const filters = filtersOf(params, slug);
  const [isFiltering, setFiltering] = useState(false);
  const heading = category?.name ?? (filters.search ? `“${filters.search}”` : "All products");
  useTitle(heading);
  if (slug && categories.isSuccess && !category) return <NotFound />;

  const change = (changes: Partial<ListParameters>) =>
    setParams((before) => withFilters(before, changes));
  const facets = <Facets filters={filters} categories={categories.data ?? []} onChange={change} />;
  return (
    <div className={classes(ui.container, ui.page)}>
      <Breadcrumbs
        trail={[
          { to: "/", label: "Home" },
          ...(category?.breadcrumbs ?? []).map((each) => ({
            to: `/category/${each.slug}`,
            label: each.name,
          })),
          ...(category ? [] : [{ to: "/search", label: "All products" }]),
        ]}
      />
      {category?.desktop_image ? (
        <CategoryBanner category={category} />
      ) : (
        <h1 className={styles.banner}>
          {filters.search && <span className={ui.hidden}>Results for </span>}
          {heading}
        </h1>
      )}
      <div className={styles.list}>
        <aside className={styles.facets} aria-label="Filters">
          {facets}
        </aside>
        <Results
          key={JSON.stringify(filters)}
          filters={filters}
          onChange={change}
          onFilter={() => setFiltering(true)}
        />
      </div>
      <Dialog title="Filters" isOpen={isFiltering} onClose={() => setFiltering(false)}>
        <div className={ui.stack}>
          <div className={styles.facets}>{facets}</div>
          <Button className={ui.wide} onClick={() => setFiltering(false)}>
            Show results
          </Button>
        </div>
      </Dialog>
    </div>
  );
}

function CategoryBanner({ category }: { category: Category }) {
  return (
    <>
      <h1 className={ui.hidden}>{category.name}</h1>
      <div className={classes(styles.hero, styles.hasMobileImage, styles.banner)}>
        <picture>
          {category.mobile_image && (
            <source media="(max-width: 599px)" srcSet={category.mobile_image} />
          )}
          <img
            src={category.desktop_image ?? ""}
            alt=""
            width="1920"
            height="600"
            fetchPriority="high"
          />
        </picture>
      </div>
    </>
  );
}

type Change = (changes: Partial<ListParameters>) => void;

function Results({
  filters,
  onChange,
  onFilter,
}: {
  filters: ProductFilters;
  onChange: Change;
  onFilter: () => void;
}) {
  const list = useInfiniteQuery({
    queryKey: [...keys.products, "list", filters],
    queryFn: ({ pageParam }) => productPage(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 60_000,
  });
  const total = list.data?.pages[0]?.total ?? null;
  return (
    <section aria-labelledby="products">
      <h2 id="products" className={ui.hidden}>
        Products
      </h2>
      <div className={styles.toolbar}>
        <p role="status" className={ui.muted}>
          {list.isPending ? "Loading …" : total !== null && plural(total, "product", "products")}
        </p>
        <div className={ui.row}>
          <Button
            variant="quiet"
            className={classes(ui.compact, styles.filterButton)}
            onClick={onFilter}
          >
            <Icon name="filter" /> Filter
          </Button>
          <Select
            label="Sort by"
            hideLabel
            value={filters.sort ?? ""}
            onChange={(event) => onChange({ sort: event.target.value })}
          >
            <option value="">{filters.search ? "Best match" : "Newest first"}</option>
            {SORTS.filter((sort) => filters.search ?? sort !== "newest").map((sort) => (
              <option key={sort} value={sort}>
                {sortName(sort)}
              </option>
            ))}
          </Select>
        </div>
      </div>
      <Chips filters={filters} onChange={onChange} />
      <ProductGrid list={list} empty={<NoProducts filters={filters} />} />
    </section>
  );
}

function NoProducts({ filters }: { filters: ProductFilters }) {
  return (
    <Empty icon="search" title="Nothing found">
      <p>
        {filters.search
          ? `No product matches “${filters.search}” with these filters. Check the spelling, or use fewer words.`
          : "No product matches these filters."}
      </p>
      <Link to={filters.category ? `/category/${filters.category}` : "/search"}>
        Remove all filters
      </Link>
    </Empty>
  );
}

/** The filters that are set, each with a button that removes it. */
function Chips({ filters, onChange }: { filters: ProductFilters; onChange: Change }) {
  const { brand = [], min_price, max_price, in_stock, on_sale } = filters;
  const chips: [label: string, changes: Partial<ListParameters>][] = brand.map((name) => [
    name,
    { brand: brand.filter((other) => other !== name) },
  ]);
  if (min_price) chips.push([`From ${money(min_price)}`, { min_price: "" }]);
  if (max_price) chips.push([`Up to ${money(max_price)}`, { max_price: "" }]);
  if (in_stock) chips.push(["In stock", { in_stock: "" }]);
  if (on_sale) chips.push(["On sale", { on_sale: "" }]);
  if (chips.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label="Selected filters">
      {chips.map(([label, changes]) => (
        <li key={label}>
          <button type="button" className={styles.chip} onClick={() => onChange(changes)}>
            <span className={ui.hidden}>Remove </span>
            {label}
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Facets({
  filters,
  categories,
  onChange,
}: {
  filters: ProductFilters;
  categories: readonly Category[];
  onChange: Change;
}) {
  const way = categories.find(({ slug }) => slug === filters.category)?.breadcrumbs ?? [];
  // The main categories, and those in the categories that are open.
  const shown = categories.filter(
    ({ parent }) => parent === null || way.some(({ id }) => id === parent),
  );
  const search = filters.search ? `?search=${encodeURIComponent(filters.search)}` : "";
  return (
    <>
      <nav className={styles.facet} aria-label="Category">
        <p className={ui.legend}>Category</p>
        <ul className={styles.facetLinks}>
          <li>
            <NavLink to={`/search${search}`}>All products</NavLink>
          </li>
          {shown.map((category) => (
            <li key={category.id} style={{ paddingInlineStart: `${depthOf(category)}em` }}>
              <NavLink to={`/category/${category.slug}${search}`}>{category.name}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <fieldset className={styles.facet}>
        <legend className={ui.legend}>Availability</legend>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={filters.in_stock === "true"}
            onChange={(event) => onChange({ in_stock: event.target.checked ? "true" : "" })}
          />
          In stock
        </label>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={filters.on_sale === "true"}
            onChange={(event) => onChange({ on_sale: event.target.checked ? "true" : "" })}
          />
          On sale
        </label>
      </fieldset>
      <PriceFacet
        key={`${filters.min_price ?? ""}-${filters.max_price ?? ""}`}
        filters={filters}
        onChange={onChange}
      />
      <BrandFacet filters={filters} onChange={onChange} />
    </>
  );
}

function PriceFacet({ filters, onChange }: { filters: ProductFilters; onChange: Change }) {
  const { data: range } = useQuery(priceRangeQuery(filters.category));
  const [error, setError] = useState("");
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const low = textOf(form.get("min_price"));
    const high = textOf(form.get("max_price"));
    if (![low, high].every((price) => /^([0-9]{1,12}(\.[0-9]{1,2})?)?$/.test(price))) {
      setError("Enter amounts such as 500.");
    } else if (low && high && Number(low) > Number(high)) {
      setError("The lowest price is above the highest.");
    } else {
      setError("");
      onChange({ min_price: low, max_price: high });
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <fieldset className={styles.facet}>
        <legend className={ui.legend}>Price</legend>
        <div className={styles.prices}>
          <Field
            label="From"
            name="min_price"
            inputMode="decimal"
            defaultValue={filters.min_price}
            placeholder={range?.min_price.replace(/\.0+$/, "")}
          />
          <Field
            label="Up to"
            name="max_price"
            inputMode="decimal"
            defaultValue={filters.max_price}
            placeholder={range?.max_price.replace(/\.0+$/, "")}
          />
        </div>
        {error && (
          <p className={ui.error} role="alert">
            {error}
          </p>
        )}
        <Button type="submit" variant="quiet" className={ui.compact}>
          Apply price
        </Button>
      </fieldset>
    </form>
  );
}

function BrandFacet({ filters, onChange }: { filters: ProductFilters; onChange: Change }) {
  const { data: brands = [] } = useQuery(brandsQuery(filters.category));
  const [word, setWord] = useState("");
  const id = useId();
  const chosen = filters.brand ?? [];
  if (brands.length < 2) return null;
  const matching = brands.filter((brand) => brand.title.toLowerCase().includes(word.toLowerCase()));
  const shown = word
    ? matching.slice(0, 2 * FIRST_BRANDS)
    : matching.filter((brand, index) => index < FIRST_BRANDS || chosen.includes(brand.title));
  return (
    <fieldset className={styles.facet}>
      <legend className={ui.legend}>Brand</legend>
      {brands.length > FIRST_BRANDS && (
        <>
          <label htmlFor={id} className={ui.hidden}>
            Find a brand
          </label>
          <input
            id={id}
            className={ui.input}
            placeholder={`Find one of ${count(brands.length)}`}
            value={word}
            onChange={(event) => setWord(event.target.value)}
          />
        </>
      )}
      <div className={styles.facetValues}>
        {shown.map((brand) => (
          <label key={brand.title} className={styles.check}>
            <input
              type="checkbox"
              checked={chosen.includes(brand.title)}
              onChange={(event) =>
                onChange({
                  brand: event.target.checked
                    ? [...chosen, brand.title]
                    : chosen.filter((name) => name !== brand.title),
                })
              }
            />
            <span>{brand.title}</span>
            <span className={classes(ui.small, ui.muted)}>{count(brand.count)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value.trim() : "";
}

function depthOf(category: Category): number {
  return category.breadcrumbs.length - 1;
}
