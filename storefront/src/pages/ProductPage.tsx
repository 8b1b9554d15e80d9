import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import { type ProductDetail, shop, type Variant } from "../api/config";
import { asProblem } from "../api/problem";
import { categoriesQuery, pincodeQuery, productQuery, productsQuery } from "../api/queries";
import { Icon } from "../components/icons";
import { Image } from "../components/Image";
import { LoadedRail, LOW_STOCK, Picture } from "../components/ProductCard";
import { useToast } from "../components/toasts";
import {
  Alert,
  Breadcrumbs,
  Button,
  classes,
  Dialog,
  Field,
  Loading,
  onceOfDouble,
  Price,
  ProblemAlert,
  Stepper,
  ui,
  useTitle,
} from "../components/ui";
import { attributeValue, count, day, money } from "../format";
import { useAddToCart } from "../hooks/cart";
import { rememberProduct } from "../hooks/stored";
import { useWish } from "../hooks/wishlist";
import { texts } from "../texts";
import { availabilityOf, choiceOf, choose, firstVariant, valuesOf, variantOf } from "../variants";
import styles from "./catalog.module.css";
import { NotFound } from "./NotFound";

const RELATED = 9;

export function ProductPage() {
  const id = Number(useParams()["id"]);
  const isId = Number.isSafeInteger(id) && id > 0;
  const product = useQuery({ ...productQuery(id), enabled: isId });
  useTitle(product.data?.meta_title ?? product.data?.title);
  useEffect(() => {
    if (product.data) rememberProduct(product.data.id);
  }, [product.data]);

  if (!isId || (product.isError && asProblem(product.error).status === 404)) return <NotFound />;
  return (
    <div className={classes(ui.container, ui.page)}>
      {product.isPending && <Loading />}
      {product.isError && (
        <ProblemAlert error={product.error} onRetry={() => void product.refetch()} />
      )}
      {product.data && <ProductView key={id} product={product.data} />}
    </div>
  );
}

function ProductView({ product }: { product: ProductDetail }) {
  const [params, setParams] = useSearchParams();
  const named = product.variants.find((each) => each.id === Number(params.get("variant")));
  const first = named ?? firstVariant(product);
  const choice = choiceOf(first);
  const variant = variantOf(product, choice) ?? first;
  const categories = useQuery(categoriesQuery);
  const category = categories.data?.find((each) => each.id === product.category);
  const trail = [
    { to: "/", label: texts.common.home },
    ...(category?.breadcrumbs ?? []).map(({ slug, name }) => ({
      to: `/category/${slug}`,
      label: name,
    })),
    { to: `/product/${product.id}`, label: product.title },
  ];
  const pick = (option: number, value: number) => {
    const chosen = variantOf(product, choose(product, choice, option, value));
    if (chosen) setParams({ variant: String(chosen.id) }, { replace: true });
  };
  return (
    <>
      <Breadcrumbs trail={trail} />
      <div className={styles.product}>
        <Gallery product={product} variant={variant} />
        <div className={styles.details}>
          <div className={styles.heading}>
            {product.brand !== product.title && (
              <Link
                className={styles.brandLink}
                to={`/search?brand=${encodeURIComponent(product.brand)}`}
              >
                {product.brand}
              </Link>
            )}
            <h1>{product.title}</h1>
            {product.subtitle && (
              <p className={classes(ui.muted, ui.ownText)}>{product.subtitle}</p>
            )}
          </div>
          <div className={styles.amount}>
            <p className={styles.bigPrice}>
              <Price
                amount={variant?.price ?? product.price}
                before={variant?.compare_at_price ?? null}
                currency={product.currency}
              />
            </p>
            {variant?.lowest_price_30_days && (
              <p className={classes(ui.small, ui.muted)}>
                {texts.product.lowestPrice(money(variant.lowest_price_30_days))}
              </p>
            )}
          </div>
          {product.options.map((option) => (
            <fieldset key={option.id}>
              <legend className={ui.legend}>{option.name}</legend>
              <div className={styles.choices}>
                {valuesOf(product, option).map(({ id, value }) => {
                  const availability = availabilityOf(product, choice, option.id, id);
                  return (
                    <label key={id} className={styles.choice} data-availability={availability}>
                      <input
                        type="radio"
                        name={`option-${option.id}`}
                        checked={choice[option.id] === id}
                        onChange={() => pick(option.id, id)}
                      />
                      <span>
                        {value}
                        {availability === "sold out" && <small> {texts.common.soldOut}</small>}
                        {availability === "not made" && (
                          <span className={ui.hidden}> {texts.product.changesOptions}</span>
                        )}
                      </span>
                    </label>
                  );
                })}
              </div>
            </fieldset>
          ))}
          <Buy key={variant?.id ?? 0} product={product} variant={variant} />
          <Delivery />
          <Facts product={product} variant={variant} />
          <Description product={product} />
          <Tags tags={product.tags} />
        </div>
      </div>
      {category && <Related product={product} slug={category.slug} name={category.name} />}
      {categories.isLoadingError && (
        <div className={styles.section}>
          <ProblemAlert error={categories.error} onRetry={() => void categories.refetch()} />
        </div>
      )}
    </>
  );
}

/** The description. The server has removed from its HTML all that could run or load something. */
function Description({ product }: { product: ProductDetail }) {
  if (product.description_html) {
    return (
      <div
        className={classes(styles.description, styles.rich)}
        dangerouslySetInnerHTML={{ __html: product.description_html }}
      />
    );
  }
  return (
    product.description && (
      <p className={classes(styles.description, ui.ownText)}>{product.description}</p>
    )
  );
}

/** Links to the lists of products with each tag. */
function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <nav aria-label={texts.product.tags}>
      <ul className={styles.tags}>
        {tags.map((tag) => (
          <li key={tag}>
            <Link className={styles.tag} to={`/search?tag=${encodeURIComponent(tag)}`}>
              {tag}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Gallery({ product, variant }: { product: ProductDetail; variant: Variant | undefined }) {
  const images = product.images;
  const [picked, setPicked] = useState<{ id: number; variant: number | undefined } | null>(null);
  const [isZoomed, setZoomed] = useState(false);
  const pick = (id: number) => setPicked({ id, variant: variant?.id });
  // A picked picture is shown until another variant is chosen.
  const shown =
    images.find(({ id }) => picked?.variant === variant?.id && picked?.id === id) ??
    images.find(({ src }) => src === variant?.image) ??
    images.find(({ variants }) => variant && variants.includes(variant.id)) ??
    images[0];
  if (!shown) {
    return (
      <div className={styles.picture}>
        <Picture src={variant?.image ?? product.image} isEager />
      </div>
    );
  }
  const picture = {
    src: shown.src,
    srcSet: shown.srcset ?? undefined,
    width: shown.width ?? 900,
    height: shown.height ?? 1200,
  };
  return (
    <div className={styles.gallery}>
      <button
        type="button"
        className={styles.galleryMain}
        aria-label={texts.product.enlarge}
        onClick={() => setZoomed(true)}
      >
        <Image
          key={shown.id}
          {...picture}
          sizes="(max-width: 759px) 92vw, 50vw"
          alt={shown.alt}
          fetchPriority="high"
        />
        <span className={styles.zoomHint}>
          <Icon name="zoom" />
        </span>
      </button>
      {images.length > 1 && (
        <div className={styles.thumbs}>
          {images.map(({ id, src, srcset }, index) => (
            <button
              key={id}
              type="button"
              className={styles.thumb}
              aria-pressed={id === shown.id}
              aria-label={texts.product.pictureOf(count(index + 1), count(images.length))}
              onClick={() => pick(id)}
            >
              <Image
                src={src}
                srcSet={srcset ?? undefined}
                sizes="68px"
                alt=""
                width="68"
                height="91"
                loading="lazy"
              />
            </button>
          ))}
        </div>
      )}
      <Dialog
        title={product.title}
        isOpen={isZoomed}
        onClose={() => setZoomed(false)}
        className={styles.zoom ?? ""}
      >
        <Zoom images={images} shown={shown} onPick={pick} />
      </Dialog>
    </div>
  );
}

/** A picture as large as the window, or twice as large, with buttons to the ones beside it. */
function Zoom({
  images,
  shown,
  onPick,
}: {
  images: ProductDetail["images"];
  shown: ProductDetail["images"][number];
  onPick: (id: number) => void;
}) {
  // The buttons keep the focus when the picture changes; the new one is shown whole.
  const [largeId, setLargeId] = useState<number | null>(null);
  const isLarge = largeId === shown.id;
  const toggle = () => setLargeId(isLarge ? null : shown.id);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (isLarge && frame.current) showCenter(frame.current);
  }, [isLarge]);
  const place = images.indexOf(shown);
  const before = images[place - 1];
  const after = images[place + 1];
  return (
    <>
      <div
        ref={frame}
        className={classes(styles.zoomed, isLarge && styles.isLarge)}
        role="group"
        aria-label={texts.product.picture}
        tabIndex={isLarge ? 0 : -1}
      >
        <Image
          src={shown.src}
          srcSet={shown.srcset ?? undefined}
          sizes={isLarge ? "200vw" : "100vw"}
          width={shown.width ?? 900}
          height={shown.height ?? 1200}
          alt={shown.alt}
          onClick={toggle}
        />
      </div>
      <div className={styles.zoomBar}>
        {images.length > 1 && (
          <Button
            variant="quiet"
            className={ui.compact}
            disabled={!before}
            onClick={() => before && onPick(before.id)}
          >
            {texts.product.previous}
          </Button>
        )}
        <Button variant="quiet" className={ui.compact} aria-pressed={isLarge} onClick={toggle}>
          <Icon name="zoom" /> {isLarge ? texts.product.smaller : texts.product.larger}
        </Button>
        {images.length > 1 && (
          <Button
            variant="quiet"
            className={ui.compact}
            disabled={!after}
            onClick={() => after && onPick(after.id)}
          >
            {texts.product.next}
          </Button>
        )}
      </div>
    </>
  );
}

/** Scroll to the center of what is larger than its frame. */
function showCenter(frame: HTMLElement) {
  const [x, y] = [frame.scrollWidth - frame.clientWidth, frame.scrollHeight - frame.clientHeight];
  // Where text runs from right to left, positions are negative.
  const sign = getComputedStyle(frame).direction === "rtl" ? -1 : 1;
  frame.scrollTo((sign * x) / 2, y / 2);
}

function Buy({ product, variant }: { product: ProductDetail; variant: Variant | undefined }) {
  const toast = useToast();
  const add = useAddToCart();
  const [quantity, setQuantity] = useState(1);
  const stock = variant?.stock ?? 0;
  const most = Math.max(1, Math.min(stock, shop.max_per_line));
  const wanted = Math.min(quantity, most);
  const isSoldOut = stock <= 0;
  const problem = add.isError ? asProblem(add.error) : null;

  const buy = () => {
    if (!variant) return;
    const item = {
      product: product.id,
      variant: variant.id,
      quantity: wanted,
      price: variant.price,
    };
    add.mutate(item, {
      onSuccess: () =>
        toast({
          text: texts.common.inYourCart(product.title),
          link: { to: "/cart", label: texts.common.viewCart },
        }),
      onError: (error) => {
        // The page then shows that the product is gone, or another variant.
        const { status, message } = asProblem(error);
        if (status === 404) toast({ text: message });
      },
    });
  };

  return (
    <div className={ui.stack}>
      <p>
        {isSoldOut ? (
          <span className={classes(ui.badge, ui.badgeBad)}>{texts.common.soldOut}</span>
        ) : stock <= LOW_STOCK ? (
          <span className={classes(ui.badge, ui.badgeWarn)}>
            {texts.common.onlyLeft(count(stock))}
          </span>
        ) : (
          <span className={classes(ui.badge, ui.badgeGood)}>{texts.common.inStock}</span>
        )}
      </p>
      {problem && problem.status !== 404 && (
        <Alert>
          <p>{problem.message}</p>
        </Alert>
      )}
      <div className={styles.buy}>
        {!isSoldOut && (
          <Stepper
            label={texts.common.quantity}
            value={wanted}
            min={1}
            max={most}
            onChange={setQuantity}
          />
        )}
        <Button onClick={onceOfDouble(buy)} disabled={isSoldOut} isBusy={add.isPending}>
          {isSoldOut ? texts.common.soldOut : texts.common.addToCart}
        </Button>
        <WishButton productId={product.id} />
      </div>
    </div>
  );
}

function WishButton({ productId }: { productId: number }) {
  const { isWished, change } = useWish(productId);
  return (
    <Button
      variant="quiet"
      aria-pressed={isWished}
      onClick={onceOfDouble(() => change.mutate(!isWished))}
    >
      <Icon name="heart" filled={isWished} />
      {isWished ? texts.product.onWishlist : texts.product.addToWishlist}
    </Button>
  );
}

function Delivery() {
  const [pincode, setPincode] = useState("");
  const [error, setError] = useState("");
  const place = useQuery({ ...pincodeQuery(pincode), enabled: pincode !== "" });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = new FormData(event.currentTarget).get("pincode");
    const isValid = typeof value === "string" && /^[0-9]{6}$/.test(value.trim());
    setError(isValid ? "" : texts.product.wrongPincode);
    if (isValid) setPincode(value.trim());
  };
  return (
    <div className={styles.delivery}>
      <form onSubmit={submit} onInput={() => setError("")} noValidate>
        <Field
          label={texts.product.deliveryTo}
          name="pincode"
          inputMode="numeric"
          autoComplete="postal-code"
          maxLength={6}
          error={error || undefined}
        />
        <Button type="submit" variant="quiet" isBusy={place.isFetching}>
          {texts.product.check}
        </Button>
      </form>
      <p role="status">
        {place.data && !error && (
          <>
            <Icon name="truck" />
            {place.data.city
              ? texts.product.deliveryEstimate(
                  `${place.data.city}, ${place.data.state}`,
                  day(shop.estimated_delivery),
                )
              : texts.product.unknownPincode}
          </>
        )}
      </p>
      {place.isError && <ProblemAlert error={place.error} onRetry={() => void place.refetch()} />}
    </div>
  );
}

function Facts({ product, variant }: { product: ProductDetail; variant: Variant | undefined }) {
  const facts: [name: string, value: string | null][] = [
    ...product.attributes.map(({ name, value, unit }): [string, string] => [
      name,
      attributeValue(value, unit),
    ]),
    [texts.product.author, product.author],
    [texts.product.published, product.published_year?.toString() ?? null],
    [texts.product.weight, variant?.weight ? attributeValue(variant.weight, "g") : null],
    [texts.product.sku, variant?.sku ?? product.sku],
  ];
  const known = facts.filter(([, value]) => value);
  if (known.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {known.map(([name, value], index) => (
        <div key={index} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Related({ product, slug, name }: { product: ProductDetail; slug: string; name: string }) {
  const list = useQuery({
    ...productsQuery({ category: slug, available: "true" }, RELATED),
    select: (products) => products.filter(({ id }) => id !== product.id).slice(0, RELATED - 1),
  });
  return <LoadedRail title={texts.product.moreFrom(name)} list={list} more={`/category/${slug}`} />;
}
