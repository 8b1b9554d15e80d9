import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { asProblem } from "../api/problem";
import { collectionPage, collectionQuery, keys } from "../api/queries";
import { ProductGrid } from "../components/ProductGrid";
import { Breadcrumbs, classes, Empty, Loading, ProblemAlert, ui, useTitle } from "../components/ui";
import { texts } from "../texts";
import styles from "./catalog.module.css";
import { NotFound } from "./NotFound";

/** The products of a collection, in the order that the shop has chosen. */
export function CollectionPage() {
  const { slug = "" } = useParams();
  const collection = useQuery(collectionQuery(slug));
  const list = useInfiniteQuery({
    queryKey: [...keys.products, "collection", slug],
    queryFn: ({ pageParam }) => collectionPage(slug, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 60_000,
  });
  useTitle(collection.data?.meta_title ?? collection.data?.name);
  if (collection.isError && asProblem(collection.error).status === 404) return <NotFound />;
  return (
    <div className={classes(ui.container, ui.page)}>
      {collection.isPending && <Loading />}
      {collection.isError && (
        <ProblemAlert error={collection.error} onRetry={() => void collection.refetch()} />
      )}
      {collection.data && (
        <>
          <Breadcrumbs
            trail={[
              { to: "/", label: texts.common.home },
              { to: `/collection/${slug}`, label: collection.data.name },
            ]}
          />
          <div className={styles.banner}>
            <h1>{collection.data.name}</h1>
            {collection.data.description && (
              <p className={classes(styles.lead, ui.ownText)}>{collection.data.description}</p>
            )}
          </div>
          <section className={styles.section} aria-labelledby="products">
            <h2 id="products" className={ui.hidden}>
              {texts.common.productsTitle}
            </h2>
            <ProductGrid
              list={list}
              empty={
                <Empty icon="box" title={texts.list.emptyCollection}>
                  <p>{texts.list.emptyCollectionReason}</p>
                </Empty>
              }
            />
          </section>
        </>
      )}
    </div>
  );
}
