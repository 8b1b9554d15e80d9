import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation, useParams } from "react-router";

import { asProblem } from "../api/problem";
import { productBySlugQuery } from "../api/queries";
import { classes, Loading, ProblemAlert, ui } from "../components/ui";
import { NotFound } from "./NotFound";

/** Redirect from the address of a product in feeds. NovaCart's server does it, static hosts can't. */
export default function ProductBySlug() {
  const { slug = "" } = useParams();
  const { search } = useLocation();
  const product = useQuery(productBySlugQuery(slug));
  if (product.data) return <Navigate replace to={`/product/${product.data.id}${search}`} />;
  if (product.isError && asProblem(product.error).status === 404) return <NotFound />;
  return (
    <div className={classes(ui.container, ui.page)}>
      {product.isError ? (
        <ProblemAlert error={product.error} onRetry={() => void product.refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}
