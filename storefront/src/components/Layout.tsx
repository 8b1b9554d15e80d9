import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, NavLink } from "react-router";

import { shop } from "../api/config";
import { categoriesQuery } from "../api/queries";
import { useCartCount } from "../hooks/cart";
import { useIsSignedIn } from "../hooks/session";
import { Icon } from "./icons";
import styles from "./layout.module.css";
import { SearchBox } from "./SearchBox";
import { classes, ui } from "./ui";

export function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <Header />
      <main id="content" tabIndex={-1} className={styles.main}>
        {children}
      </main>
      <Footer />
    </>
  );
}

function Header() {
  const isSignedIn = useIsSignedIn();
  const count = useCartCount();
  const { data: categories = [] } = useQuery(categoriesQuery);
  const main = categories.filter(({ parent }) => parent === null);
  return (
    <header className={styles.header}>
      <div className={ui.container}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand}>
            <img src="/assets/icon.svg" alt="" width="34" height="34" />
            {shop.name}
          </Link>
          <SearchBox />
          <div className={styles.actions}>
            {isSignedIn ? (
              <Link to="/account" className={styles.action}>
                <Icon name="user" />
                <span>Account</span>
              </Link>
            ) : (
              <Link to="/sign-in" className={styles.action}>
                <Icon name="user" />
                <span>Sign in</span>
              </Link>
            )}
            <Link to="/wishlist" className={styles.action}>
              <Icon name="heart" />
              <span>Wishlist</span>
            </Link>
            <Link to="/cart" className={styles.action}>
              <Icon name="cart" />
              <span>Cart</span>
              {count > 0 && (
                <span className={styles.count}>
                  {count}
                  <span className={ui.hidden}>{count === 1 ? " item" : " items"}</span>
                </span>
              )}
            </Link>
          </div>
        </div>
        <nav className={styles.nav} aria-label="Categories">
          <NavLink to="/search">All products</NavLink>
          {main.map((category) => (
            <NavLink key={category.id} to={`/category/${category.slug}`}>
              {category.name}
            </NavLink>
          ))}
        </nav>
      </div>
    </header>
  );
}

function Footer() {
  return (
    <footer className={styles.footer}>
      <div className={classes(ui.container, styles.footerGrid)}>
        <div className={styles.footerBrand}>
          <h2>{shop.name}</h2>
          <p>Prices are in {shop.currency} and include taxes. Delivery is free.</p>
        </div>
        <nav aria-label="Your account">
          <h2>Your account</h2>
          <ul>
            <li>
              <Link to="/orders">Orders</Link>
            </li>
            <li>
              <Link to="/find-order">Find an order without an account</Link>
            </li>
            <li>
              <Link to="/wishlist">Wishlist</Link>
            </li>
            <li>
              <Link to="/account">Profile and addresses</Link>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
