import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";

import type { ProductPage } from "../api/config";
import { count, plural } from "../format";
import styles from "../pages/catalog.module.css";
import { texts } from "../texts";
import { ProductCard, Skeletons } from "./ProductCard";
import { Button, classes, ProblemAlert, ui } from "./ui";

const FIRST_ROW = 4;
/** In the state of the history entry, which the browser keeps beside that of react-router. */
const PAGES = "productPages";

/**
 * The loaded pages of a list, with a button that loads the next one. A reload and Back load as many
 * pages as before. `total` is the number of products as it is shown, if it is known.
 */
export function ProductGrid({
  list,
  empty,
  total = null,
}: {
  list: UseInfiniteQueryResult<InfiniteData<ProductPage>>;
  empty: ReactNode;
  total?: string | null;
}) {
  const products = list.data?.pages.flatMap((page) => page.items) ?? [];
  const grid = useRef<HTMLUListElement>(null);
  const firstNew = useRef<number | null>(null);
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = list;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (pages === 0 || pages >= rememberedPages()) return;
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [pages, hasNextPage, isFetching, isError, fetchNextPage]);
  // The button is after the new products, or gone after the last ones.
  useEffect(() => {
    if (firstNew.current === null || products.length <= firstNew.current) return;
    const item = grid.current?.children[firstNew.current];
    item?.querySelector("a")?.focus({ preventScroll: true });
    firstNew.current = null;
  }, [products.length]);
  return (
    <>
      {list.isError && products.length === 0 && (
        <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && products.length === 0 && empty}
      <ul ref={grid} className={styles.grid}>
        {list.isPending && <Skeletons number={8} />}
        {products.map((product, index) => (
          <li key={product.id}>
            <ProductCard product={product} isEager={index < FIRST_ROW} />
          </li>
        ))}
      </ul>
      {list.isFetchNextPageError && (
        <ProblemAlert error={list.error} onRetry={() => void list.fetchNextPage()} />
      )}
      {list.hasNextPage && (
        <div className={styles.more}>
          <p className={classes(ui.muted, ui.small)} role="status">
            {total === null
              ? plural(products.length, texts.common.products)
              : texts.list.loaded(count(products.length), total)}
          </p>
          <Button
            variant="quiet"
            isBusy={list.isFetchingNextPage}
            onClick={() => {
              firstNew.current = products.length;
              rememberPages(pages + 1);
              void list.fetchNextPage();
            }}
          >
            {texts.list.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function rememberedPages(): number {
  const state = window.history.state as Record<string, unknown> | null;
  return Number(state?.[PAGES] ?? 1);
}

/** Change the history entry without a navigation, which would start a new scroll position. */
function rememberPages(pages: number): void {
  const state = window.history.state as Record<string, unknown> | null;
  window.history.replaceState({ ...state, [PAGES]: pages }, "");
}
