import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Product } from "../api/config";
import { productQuery } from "../api/queries";
import { count, money } from "../format";
import styles from "../pages/catalog.module.css";
import { texts } from "../texts";
import { Icon } from "./icons";
import { Image } from "./Image";
import { classes, Price, ProblemAlert, ui } from "./ui";

// As `_CARD_SIZES` in pages.py.
const CARD_SIZES = "(max-width: 520px) 44vw, 240px";

/** The widest column of a picture beside its line, as in shop.module.css. */
export const THUMB_SIZES = "112px";

/** With this stock or less, a page says how many units are left. */
export const LOW_STOCK = 3;

export function ProductCard({ product, isEager = false }: { product: Product; isEager?: boolean }) {
  const queryClient = useQueryClient();
  const isSoldOut = !product.available;
  // With options, it is the stock of one variant only.
  const isLow = product.stock > 0 && product.stock <= LOW_STOCK && !product.has_options;
  return (
    <article
      className={classes(styles.card, isSoldOut && styles.isSoldOut)}
      onPointerEnter={() => void queryClient.query(productQuery(product.id)).catch(() => null)}
    >
      <div className={styles.picture}>
        <Picture
          src={product.image}
          srcSet={product.image_srcset}
          sizes={CARD_SIZES}
          isEager={isEager}
        />
        {isSoldOut && <span className={styles.flag}>{texts.common.soldOut}</span>}
        {isLow && (
          <span className={styles.flag}>{texts.common.onlyLeft(count(product.stock))}</span>
        )}
      </div>
      <div className={styles.name}>
        <h3>
          <Link to={`/product/${product.id}`}>{product.title}</Link>
        </h3>
        {product.subtitle && (
          <p className={classes(styles.subtitle, ui.ownText)}>{product.subtitle}</p>
        )}
      </div>
      <div className={styles.cardPrice}>
        <p>
          <Price
            amount={product.price}
            before={product.compare_at_price}
            currency={product.currency}
          />
        </p>
        {product.lowest_price_30_days && (
          <p className={classes(ui.small, ui.muted)}>
            {texts.product.lowestPrice(money(product.lowest_price_30_days, product.currency))}
          </p>
        )}
      </div>
    </article>
  );
}

/** The image of a product whose title is beside it. `sizes` is its width in each window. */
export function Picture({
  src,
  srcSet = null,
  sizes,
  isEager = false,
}: {
  src: string | null;
  srcSet?: string | null;
  sizes?: string;
  isEager?: boolean;
}) {
  if (!src) {
    return (
      <span className={styles.noPicture}>
        <Icon name="box" />
      </span>
    );
  }
  return (
    <Image
      {...(srcSet ? { srcSet, sizes } : {})}
      src={src}
      alt=""
      width="300"
      height="400"
      loading={isEager ? "eager" : "lazy"}
      fetchPriority={isEager ? "high" : "auto"}
      decoding="async"
    />
  );
}

export function Skeletons({ number }: { number: number }) {
  return Array.from({ length: number }, (_, index) => (
    <div key={index} className={styles.card} aria-hidden="true">
      <div className={styles.picture} />
    </div>
  ));
}

interface RailProps {
  title: string;
  description?: string;
  /** Undefined while they are loaded. */
  products: readonly Product[] | undefined;
  more?: string;
  /** Shown instead of the products. */
  problem?: ReactNode;
}

/** What a row of products needs of its request. */
export type LoadedProducts = Pick<UseQueryResult<readonly Product[]>, "data" | "error"> & {
  isLoadingError: boolean;
  refetch: () => Promise<unknown>;
};

/** A row of products that have a request of their own, or its error. */
export function LoadedRail({
  list,
  ...rail
}: Omit<RailProps, "products" | "problem"> & { list: LoadedProducts }) {
  const problem = list.isLoadingError && (
    <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
  );
  return <Rail {...rail} products={list.data} problem={problem} />;
}

/** A row of products that scrolls sideways. */
export function Rail({ title, description, products, more, problem }: RailProps) {
  if (products?.length === 0 && !problem) return null;
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <div>
          <h2>{title}</h2>
          {description && <p className={classes(ui.muted, ui.ownText)}>{description}</p>}
        </div>
        {more && (
          <Link to={more} aria-label={texts.home.seeAllOf(title)}>
            {texts.home.seeAll}
          </Link>
        )}
      </div>
      {problem ||
        (products ? (
          <ul className={styles.rail} tabIndex={0} aria-label={title}>
            {products.map((product) => (
              <li key={product.id}>
                <ProductCard product={product} />
              </li>
            ))}
          </ul>
        ) : (
          <div className={styles.rail}>
            <Skeletons number={8} />
          </div>
        ))}
    </section>
  );
}
