import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, NavLink, useLocation } from "react-router";

import { shop } from "../api/config";
import { categoriesQuery } from "../api/queries";
import { count, plural } from "../format";
import { useCartCount } from "../hooks/cart";
import { useIsSignedIn } from "../hooks/session";
import { nextFrom, withNext } from "../nextPath";
import { texts } from "../texts";
import { Icon } from "./icons";
import { Image } from "./Image";
import styles from "./layout.module.css";
import { SearchBox } from "./SearchBox";
import { classes, ui } from "./ui";

export function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <a className={styles.skip} href="#content">
        {texts.layout.skip}
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
  const next = nextFrom(useLocation());
  const items = useCartCount();
  const { data: categories = [] } = useQuery(categoriesQuery);
  const main = categories.filter(({ parent }) => parent === null);
  return (
    <header className={styles.header}>
      <div className={ui.container}>
        <div className={styles.bar}>
          <Link to="/" className={styles.brand}>
            <Image src="/assets/icon.svg" alt="" width="34" height="34" />
            {shop.name}
          </Link>
          <SearchBox />
          <div className={styles.actions}>
            {isSignedIn ? (
              <Link to="/account" className={styles.action}>
                <Icon name="user" />
                <span>{texts.common.account}</span>
              </Link>
            ) : (
              <Link to={withNext("/sign-in", next)} className={styles.action}>
                <Icon name="user" />
                <span>{texts.common.signIn}</span>
              </Link>
            )}
            <Link to="/wishlist" className={styles.action}>
              <Icon name="heart" />
              <span>{texts.common.wishlist}</span>
            </Link>
            <Link to="/cart" className={styles.action}>
              <Icon name="cart" />
              <span>{texts.common.cart}</span>
              {items > 0 && (
                <span className={styles.count}>
                  {count(items)}
                  <span className={ui.hidden}> {plural(items, texts.common.itemsWord)}</span>
                </span>
              )}
            </Link>
          </div>
        </div>
        <nav className={styles.nav} aria-label={texts.layout.categories}>
          <NavLink to="/search">{texts.common.allProducts}</NavLink>
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
          <p>{texts.layout.prices(shop.currency)}</p>
        </div>
        <nav aria-label={texts.layout.yourAccount}>
          <h2>{texts.layout.yourAccount}</h2>
          <ul>
            <li>
              <Link to="/orders">{texts.common.orders}</Link>
            </li>
            <li>
              <Link to="/find-order">{texts.layout.findOrder}</Link>
            </li>
            <li>
              <Link to="/wishlist">{texts.common.wishlist}</Link>
            </li>
            <li>
              <Link to="/account">{texts.layout.profileAndAddresses}</Link>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
