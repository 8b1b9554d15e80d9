import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { type Category, type Collection, type Product, shop } from "../api/config";
import { asProblem } from "../api/problem";
import {
  bestSellersQuery,
  categoriesQuery,
  collectionProductsQuery,
  collectionsQuery,
  FEW,
  productQuery,
  productsQuery,
} from "../api/queries";
import { Image, ImageSource } from "../components/Image";
import { type LoadedProducts, LoadedRail, Rail } from "../components/ProductCard";
import { ButtonLink, classes, ProblemAlert, ui, useTitle } from "../components/ui";
import { seenProducts } from "../hooks/stored";
import { texts } from "../texts";
import styles from "./catalog.module.css";

const MOST_COLLECTIONS = 3;

export function Home() {
  useTitle(shop.name);
  const categories = useQuery(categoriesQuery);
  const bestSellers = useQuery(bestSellersQuery);
  const collections = useQuery(collectionsQuery);
  const newest = useQuery(productsQuery({ sort: "newest", available: "true" }, FEW));
  const sale = useQuery(productsQuery({ on_sale: "true", available: "true" }, FEW));
  const main = (categories.data ?? []).filter(({ parent }) => parent === null);
  const [first, ...others] = main;
  const failed = [categories, bestSellers, collections, newest, sale].filter(
    (each) => each.isLoadingError,
  );
  return (
    <div className={classes(ui.container, ui.page)}>
      <h1 className={ui.hidden}>{shop.name}</h1>
      {first && <Banner category={first} isEager />}
      {failed[0] && (
        <div className={styles.section}>
          <ProblemAlert
            error={failed[0].error}
            onRetry={() => void Promise.all(failed.map((each) => each.refetch()))}
          />
        </div>
      )}
      <section className={styles.section} aria-labelledby="categories">
        <div className={styles.sectionHead}>
          <h2 id="categories">{texts.home.byCategory}</h2>
          <Link to="/search">{texts.common.allProducts}</Link>
        </div>
        <ul className={styles.tiles}>
          {main.map((category) => (
            <li key={category.id} className={styles.tile}>
              {category.image && (
                <Image src={category.image} alt="" width="200" height="220" loading="lazy" />
              )}
              <Link to={`/category/${category.slug}`}>{category.name}</Link>
            </li>
          ))}
        </ul>
      </section>
      <Rail title={texts.home.bestSellers} products={productsOf(bestSellers)} />
      {(collections.data ?? []).slice(0, MOST_COLLECTIONS).map((collection) => (
        <CollectionRail key={collection.id} collection={collection} />
      ))}
      <MoreCollections collections={(collections.data ?? []).slice(MOST_COLLECTIONS)} />
      <Rail title={texts.common.onSale} products={productsOf(sale)} more="/search?on_sale=true" />
      <Rail title={texts.home.newest} products={productsOf(newest)} more="/search?sort=newest" />
      <SeenProducts />
      <div className={classes(styles.section, styles.pair)}>
        {others.slice(0, 2).map((category) => (
          <Banner key={category.id} category={category} />
        ))}
      </div>
    </div>
  );
}

/** Undefined while they are loaded; none if that has failed, which the top of the page shows. */
function productsOf({ data, isLoadingError }: UseQueryResult<Product[]>): Product[] | undefined {
  return isLoadingError ? [] : data;
}

function CollectionRail({ collection }: { collection: Collection }) {
  return (
    <LoadedRail
      title={collection.name}
      description={collection.description}
      list={useQuery(collectionProductsQuery(collection.slug))}
      more={`/collection/${collection.slug}`}
    />
  );
}

/** Links to the collections whose products are not on the page. */
function MoreCollections({ collections }: { collections: readonly Collection[] }) {
  if (collections.length === 0) return null;
  return (
    <nav className={styles.section} aria-labelledby="collections">
      <div className={styles.sectionHead}>
        <h2 id="collections">{texts.home.moreCollections}</h2>
      </div>
      <ul className={classes(ui.row, styles.otherCollections)}>
        {collections.map(({ id, slug, name }) => (
          <li key={id}>
            <ButtonLink variant="quiet" className={ui.compact} to={`/collection/${slug}`}>
              {name}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A category's banner, whose image has its name in it. */
function Banner({ category, isEager = false }: { category: Category; isEager?: boolean }) {
  const wide = category.desktop_image;
  if (!wide) return null;
  return (
    <Link
      to={`/category/${category.slug}`}
      className={classes(styles.hero, category.mobile_image && styles.hasMobileImage)}
    >
      <picture>
        {category.mobile_image && (
          <ImageSource media="(max-width: 599px)" src={category.mobile_image} />
        )}
        <Image
          src={wide}
          alt={category.name}
          width="1920"
          height="600"
          loading={isEager ? "eager" : "lazy"}
          fetchPriority={isEager ? "high" : "auto"}
        />
      </picture>
    </Link>
  );
}

function SeenProducts() {
  const [ids] = useState(seenProducts);
  const list = useQueries({
    queries: ids.map((id) => ({ ...productQuery(id), retry: false })),
    combine: together,
  });
  return <LoadedRail title={texts.home.seen} list={list} />;
}

/** The products of several requests. One that has left the shop is no error. */
function together(results: UseQueryResult<Product>[]): LoadedProducts {
  const failed = results.filter(
    ({ isLoadingError, error }) => isLoadingError && asProblem(error).status !== 404,
  );
  return {
    data: results.some(({ isPending }) => isPending)
      ? undefined
      : results.flatMap(({ data }) => data ?? []),
    isLoadingError: failed.length > 0,
    error: failed[0]?.error ?? null,
    refetch: () => Promise.all(failed.map((each) => each.refetch())),
  };
}
