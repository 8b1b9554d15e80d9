import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  type UseInfiniteQueryResult,
} from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import type { Category, Facets as Counts, ProductPage } from "../api/config";
import { asProblem } from "../api/problem";
import {
  bestSellersQuery,
  categoriesQuery,
  keys,
  type ProductFilters,
  productPage,
} from "../api/queries";
import { applyTyped, type Change, Facets, useFacets } from "../components/Facets";
import { Icon } from "../components/icons";
import { Image, ImageSource } from "../components/Image";
import { Rail } from "../components/ProductCard";
import { ProductGrid } from "../components/ProductGrid";
import {
  Breadcrumbs,
  Button,
  classes,
  Dialog,
  Empty,
  ProblemAlert,
  Select,
  ui,
  useTitle,
} from "../components/ui";
import { filterLabel } from "../facets";
import { count, money, plural } from "../format";
import {
  filtersOf,
  type ListParameters,
  NO_FILTERS,
  SORTS,
  sortName,
  withFilters,
} from "../listAddress";
import { texts } from "../texts";
import styles from "./catalog.module.css";
import { NotFound } from "./NotFound";

/** A category, or the results of a search. The address holds all filters. */
export function ProductList() {
  const { slug } = useParams();
  const [params, setParams] = useSearchParams();
  const categories = useQuery(categoriesQuery);
  const category = categories.data?.find((each) => each.slug === slug);
  const isUnknown = !!slug && categories.isSuccess && !category;
  const filters = filtersOf(params, slug);
  const facets = useFacets(filters, !isUnknown);
  const list = useInfiniteQuery({
    queryKey: [...keys.products, "list", filters],
    queryFn: ({ pageParam }) => productPage(filters, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 60_000,
    enabled: !isUnknown,
  });
  const [isFiltering, setFiltering] = useState(false);
  const status = useRef<HTMLParagraphElement>(null);
  const heading = slug
    ? category?.name
    : filters.search
      ? texts.list.title(filters.search)
      : texts.common.allProducts;
  useTitle(heading);
  if (isUnknown) return <NotFound />;

  const change: Change = (changes) => {
    // The address is ahead of `params` while a page is being rendered.
    const now = new URLSearchParams(window.location.search);
    const parameters = typeof changes === "function" ? changes(filtersOf(now, slug)) : changes;
    setParams(withFilters(now, parameters));
  };
  const clear = () => {
    change(NO_FILTERS);
    status.current?.focus();
  };
  const linkTo = (to: string | undefined, keepFilters: boolean) => {
    const kept = withFilters(params, keepFilters ? {} : { ...NO_FILTERS, sort: "" }).toString();
    return `${to ? `/category/${to}` : "/search"}${kept && `?${kept}`}`;
  };
  const selected = selectedFilters(filters, facets.data);
  const total = totalOf(list, facets.isPlaceholderData ? undefined : facets.data);
  const counts = (
    <Facets
      filters={filters}
      facets={facets}
      categories={categories.data ?? []}
      linkTo={linkTo}
      onChange={change}
    />
  );
  return (
    <div className={classes(ui.container, ui.page)}>
      <Breadcrumbs
        trail={[
          { to: "/", label: texts.common.home },
          ...(category?.breadcrumbs ?? []).map((each) => ({
            to: `/category/${each.slug}`,
            label: each.name,
          })),
          ...(slug ? [] : [{ to: "/search", label: texts.common.allProducts }]),
        ]}
      />
      {category?.desktop_image ? (
        <CategoryBanner category={category} />
      ) : (
        <h1 className={styles.banner}>
          {filters.search && <span className={ui.hidden}>{texts.list.resultsFor} </span>}
          {heading ?? texts.common.productsTitle}
        </h1>
      )}
      {categories.isLoadingError && (
        <ProblemAlert error={categories.error} onRetry={() => void categories.refetch()} />
      )}
      <div className={styles.list}>
        <aside className={styles.facets} aria-label={texts.list.filters}>
          {counts}
        </aside>
        <section aria-labelledby="products">
          <h2 id="products" className={ui.hidden}>
            {texts.common.productsTitle}
          </h2>
          <div className={styles.toolbar}>
            <p ref={status} role="status" tabIndex={-1} className={classes(ui.muted, ui.ownText)}>
              {list.isPending ? texts.common.loading : total}
            </p>
            <div className={ui.row}>
              <Button
                variant="quiet"
                className={classes(ui.compact, styles.filterButton)}
                onClick={() => setFiltering(true)}
              >
                <Icon name="filter" /> {texts.list.filter}
                {selected.length > 0 && <> ({count(selected.length)})</>}
              </Button>
              <SortOrder filters={filters} onChange={change} />
            </div>
          </div>
          {selected.length > 0 && <Chips selected={selected} onChange={change} onClear={clear} />}
          {isRefused(list) ? (
            <Empty icon="filter" title={texts.list.refused}>
              <p>{asProblem(list.error).fields["attribute"] ?? asProblem(list.error).message}</p>
              <Button variant="quiet" onClick={clear}>
                {texts.list.clearAllFilters}
              </Button>
            </Empty>
          ) : (
            <ProductGrid
              list={list}
              total={total}
              empty={
                <NoProducts
                  search={filters.search}
                  onClear={selected.length > 0 ? clear : undefined}
                />
              }
            />
          )}
        </section>
      </div>
      <Dialog
        title={texts.list.filters}
        isOpen={isFiltering}
        onClose={() => setFiltering(false)}
        className={styles.sheet ?? ""}
      >
        <div className={ui.stack}>
          <div className={styles.facets}>{counts}</div>
          <div className={styles.dialogEnd}>
            <p role="status" className={classes(ui.muted, ui.ownText)}>
              {list.isPending ? texts.common.loading : total}
            </p>
            {selected.length > 0 && (
              <Button variant="quiet" className={ui.compact} onClick={() => change(NO_FILTERS)}>
                {texts.list.clearAll}
              </Button>
            )}
            <Button
              className={ui.wide}
              onClick={({ currentTarget }) => {
                const dialog = currentTarget.closest("dialog");
                if (!dialog || applyTyped(dialog)) setFiltering(false);
              }}
            >
              {texts.list.showResults}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  );
}

type List = UseInfiniteQueryResult<InfiniteData<ProductPage>>;

/** The number of products as it is shown. Null before it is known. */
function totalOf(list: List, facets: Counts | undefined): string | null {
  const loaded = list.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  if (list.isSuccess && !list.hasNextPage) return plural(loaded, texts.common.products);
  if (!list.data || !facets) return null;
  return plural(facets.count, texts.common.products, facets.estimated.includes("count"));
}

/** Whether the API does not accept the filters, such as a number that is a word. */
function isRefused(list: List): boolean {
  return list.isError && asProblem(list.error).status === 400;
}

function CategoryBanner({ category }: { category: Category }) {
  return (
    <>
      <h1 className={ui.hidden}>{category.name}</h1>
      <div className={classes(styles.hero, styles.hasMobileImage, styles.banner)}>
        <picture>
          {category.mobile_image && (
            <ImageSource media="(max-width: 599px)" src={category.mobile_image} />
          )}
          <Image
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

function SortOrder({ filters, onChange }: { filters: ProductFilters; onChange: Change }) {
  return (
    <Select
      label={texts.list.sortBy}
      hideLabel
      value={filters.sort ?? ""}
      onChange={(event) => onChange({ sort: event.target.value })}
    >
      <option value="">{filters.search ? texts.list.bestMatch : texts.common.newestFirst}</option>
      {SORTS.filter((sort) => filters.search ?? sort !== "newest").map((sort) => (
        <option key={sort} value={sort}>
          {sortName(sort)}
        </option>
      ))}
    </Select>
  );
}

function NoProducts({
  search,
  onClear,
}: {
  search: string | undefined;
  onClear: (() => void) | undefined;
}) {
  const bestSellers = useQuery(bestSellersQuery);
  return (
    <>
      <Empty icon="search" title={texts.common.nothingFound}>
        <p>
          {search
            ? texts.list.noMatch(search, onClear !== undefined)
            : onClear
              ? texts.list.noMatchOfFilters
              : texts.list.noProducts}
        </p>
        {onClear && (
          <Button variant="quiet" onClick={onClear}>
            {texts.list.clearAllFilters}
          </Button>
        )}
        <Link to="/search">{texts.common.seeAllProducts}</Link>
      </Empty>
      <Rail title={texts.home.bestSellers} products={bestSellers.data ?? []} />
    </>
  );
}

/** The change that removes a filter. */
type Without = (now: ProductFilters) => Partial<ListParameters>;

interface SelectedFilter {
  key: string;
  label: string;
  without: Without;
}

function selectedFilters(filters: ProductFilters, facets: Counts | undefined): SelectedFilter[] {
  const {
    attribute = [],
    brand = [],
    tag = [],
    min_price,
    max_price,
    available,
    on_sale,
  } = filters;
  const others = (values: string[] = [], value: string) =>
    values.filter((other) => other !== value);
  const single = (name: "min_price" | "max_price" | "available" | "on_sale", label: string) => ({
    key: name,
    label,
    without: () => ({ [name]: "" }),
  });
  return [
    ...attribute.map((text) => ({
      key: text,
      label: filterLabel(text, facets),
      without: (now: ProductFilters) => ({ attribute: others(now.attribute, text) }),
    })),
    ...brand.map((name) => ({
      key: `brand:${name}`,
      label: name,
      without: (now: ProductFilters) => ({ brand: others(now.brand, name) }),
    })),
    ...tag.map((text) => ({
      key: `tag:${text}`,
      label: text,
      without: (now: ProductFilters) => ({ tag: others(now.tag, text) }),
    })),
    ...(min_price ? [single("min_price", texts.list.fromPrice(money(min_price)))] : []),
    ...(max_price ? [single("max_price", texts.list.upToPrice(money(max_price)))] : []),
    ...(available
      ? [single("available", available === "true" ? texts.common.inStock : texts.common.soldOut)]
      : []),
    ...(on_sale
      ? [single("on_sale", on_sale === "true" ? texts.common.onSale : texts.list.notOnSale)]
      : []),
  ];
}

/** The filters that are set, each with a button that removes it. */
function Chips({
  selected,
  onChange,
  onClear,
}: {
  selected: readonly SelectedFilter[];
  onChange: Change;
  onClear: () => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const remove = (index: number, without: Without) => {
    if (selected.length === 1) {
      onClear();
      return;
    }
    // The button disappears, so that another one takes its focus.
    const buttons = list.current?.querySelectorAll("button") ?? [];
    buttons[index === selected.length - 1 ? index - 1 : index + 1]?.focus();
    onChange(without);
  };
  return (
    <ul ref={list} className={styles.chips} aria-label={texts.list.selectedFilters}>
      {selected.map(({ key, label, without }, index) => (
        <li key={key}>
          <button type="button" className={styles.chip} onClick={() => remove(index, without)}>
            <span className={ui.hidden}>{texts.common.remove} </span>
            <span className={ui.ownText}>{label}</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className={ui.link} onClick={onClear}>
          {texts.list.clearAll}
        </button>
      </li>
    </ul>
  );
}
