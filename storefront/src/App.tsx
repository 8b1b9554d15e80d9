import { lazy, Suspense } from "react";
import { Route, Routes, useLocation } from "react-router";

import { ErrorBoundary } from "./components/ErrorBoundary";
import { Layout } from "./components/Layout";
import { RequireSession } from "./components/RequireSession";
import { SessionExpired } from "./components/SessionExpired";
import { ScrollPosition } from "./components/ScrollPosition";
import { Toasts } from "./components/toasts";
import { Loading, ui } from "./components/ui";
import { useIsOfOtherUser } from "./hooks/session";
import { CollectionPage } from "./pages/CollectionPage";
import { Home } from "./pages/Home";
import { NotFound } from "./pages/NotFound";
import { OtherUser } from "./pages/OtherUser";
import { ProductList } from "./pages/ProductList";
import { ProductPage } from "./pages/ProductPage";

const Cart = lazy(() => import("./pages/Cart"));
// The order can be shown even if the connection fails, or the shop is updated, before it is placed.
const Checkout = lazy(async () => {
  const [checkout] = await Promise.all([import("./pages/Checkout"), import("./pages/OrderPage")]);
  return checkout;
});
const PayOrder = lazy(() => import("./pages/PayOrder"));
const Orders = lazy(() => import("./pages/Orders"));
const OrderPage = lazy(() => import("./pages/OrderPage"));
const LinkedOrder = lazy(() => import("./pages/LinkedOrder"));
const FindOrder = lazy(() => import("./pages/FindOrder"));
const Account = lazy(() => import("./pages/Account"));
const Wishlist = lazy(() => import("./pages/Wishlist"));
const SignIn = lazy(() => import("./pages/SignIn"));
const SignUp = lazy(() => import("./pages/SignUp"));
const ForgottenPassword = lazy(() => import("./pages/ForgottenPassword"));
const ResetPassword = lazy(() => import("./pages/ResetPassword"));
const ProductBySlug = lazy(() => import("./pages/ProductBySlug"));
const VerifyEmail = lazy(() => import("./pages/VerifyEmail"));

export function App() {
  if (useIsOfOtherUser()) return <OtherUser />;
  return (
    <Toasts>
      <ScrollPosition />
      <SessionExpired />
      <Layout>
        <Pages />
      </Layout>
    </Toasts>
  );
}

function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary path={pathname}>
      <Suspense
        fallback={
          <div className={`${ui.container} ${ui.page}`}>
            <Loading />
          </div>
        }
      >
        <Routes>
          <Route path="/" element={<Home />} />
          <Route path="/search" element={<ProductList />} />
          <Route path="/category/:slug" element={<ProductList />} />
          <Route path="/collection/:slug" element={<CollectionPage />} />
          <Route path="/product/:id" element={<ProductPage />} />
          <Route path="/products/:slug" element={<ProductBySlug />} />
          <Route path="/sign-in" element={<SignIn />} />
          <Route path="/sign-up" element={<SignUp />} />
          <Route path="/forgotten-password" element={<ForgottenPassword />} />
          <Route path="/reset-password/:user/:token" element={<ResetPassword />} />
          <Route path="/verify-email/:token" element={<VerifyEmail />} />
          <Route path="/cart" element={<Cart />} />
          <Route path="/checkout" element={<Checkout />} />
          <Route path="/wishlist" element={<Wishlist />} />
          <Route path="/orders/link/:token" element={<LinkedOrder />} />
          <Route path="/find-order" element={<FindOrder />} />
          <Route element={<RequireSession allowGuests />}>
            <Route path="/orders" element={<Orders />} />
            <Route path="/orders/:id" element={<OrderPage />} />
            <Route path="/orders/:id/pay" element={<PayOrder />} />
          </Route>
          <Route element={<RequireSession />}>
            <Route path="/account" element={<Account />} />
          </Route>
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}
