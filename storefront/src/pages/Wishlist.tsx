import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Product } from "../api/config";
import { asProblem } from "../api/problem";
import { keys, productQuery } from "../api/queries";
import { refresh } from "../api/queryClient";
import { ProductCard } from "../components/ProductCard";
import { useToast } from "../components/toasts";
import {
  Button,
  ButtonLink,
  classes,
  Empty,
  Loading,
  onceOfDouble,
  ProblemAlert,
  ui,
  useTitle,
} from "../components/ui";
import { addToCart } from "../hooks/cart";
import { focusBeside } from "../hooks/focus";
import { useWish, useWishlist } from "../hooks/wishlist";
import { texts } from "../texts";
import { firstVariant } from "../variants";
import styles from "./shop.module.css";

export default function Wishlist() {
  useTitle(texts.common.wishlist);
  const wishlist = useWishlist();
  const entries = wishlist.data ?? [];
  return (
    <div className={classes(ui.container, ui.page)}>
      <h1>{texts.common.wishlist}</h1>
      {wishlist.isPending && <Loading />}
      {wishlist.isError && (
        <ProblemAlert error={wishlist.error} onRetry={() => void wishlist.refetch()} />
      )}
      {wishlist.isSuccess && entries.length === 0 && (
        <Empty icon="heart" title={texts.wishlist.empty}>
          <p>{texts.wishlist.hint}</p>
          <ButtonLink to="/search">{texts.common.seeAllProducts}</ButtonLink>
        </Empty>
      )}
      {entries.length > 0 && (
        <>
          <h2 className={ui.hidden}>{texts.common.productsTitle}</h2>
          <ul className={styles.wishes}>
            {entries.map(({ id, book }) => (
              <Wish key={id} product={book} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Wish({ product }: { product: Product }) {
  const toast = useToast();
  const queryClient = useQueryClient();
  const { change } = useWish(product.id);
  const buy = useMutation({
    mutationFn: async () => {
      const variant = firstVariant(await queryClient.query(productQuery(product.id)));
      if (!variant) return;
      await addToCart(queryClient, {
        product: product.id,
        variant: variant.id,
        quantity: 1,
        price: variant.price,
      });
      toast({
        text: texts.common.inYourCart(product.title),
        link: { to: "/cart", label: texts.common.viewCart },
      });
    },
    onError: (error) => {
      const problem = asProblem(error);
      if (problem.status !== 404) return;
      // A product that left the shop is not on the wishlist any more.
      toast({ text: problem.message });
      void refresh(queryClient, keys.wishlist);
    },
  });
  return (
    <li className={styles.wish}>
      <ProductCard product={product} />
      <div className={ui.stack}>
        {buy.isError && <ProblemAlert error={buy.error} />}
        {product.has_options ? (
          <ButtonLink variant="quiet" className={ui.compact} to={`/product/${product.id}`}>
            {texts.wishlist.chooseOptions}
          </ButtonLink>
        ) : (
          <Button
            variant="quiet"
            className={ui.compact}
            disabled={!product.available}
            isBusy={buy.isPending}
            onClick={onceOfDouble(() => buy.mutate())}
          >
            {product.available ? texts.common.addToCart : texts.common.soldOut}
          </Button>
        )}
        <button
          type="button"
          className={ui.link}
          onClick={onceOfDouble((event) => {
            focusBeside(event.currentTarget);
            change.mutate(false);
          })}
        >
          {texts.common.remove}
          <span className={ui.hidden}> {product.title}</span>
        </button>
      </div>
    </li>
  );
}
