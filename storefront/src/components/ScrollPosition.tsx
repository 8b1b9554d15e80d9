import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

import { storedInTab } from "../storage";

/** Milliseconds after the last request in which a page becomes as long as it was. */
const RESTORING = 3000;
/** By which a shopper chooses another position meanwhile. */
const INPUTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;
const STORED = "novacart.positions";

/**
 * A new page starts at its top with the focus on its content; going back and reloading restore the
 * position, once the page is long enough again. Going back also focuses the link to the page that
 * was left.
 */
export function ScrollPosition() {
  const { key, pathname } = useLocation();
  const kind = useNavigationType();
  const queryClient = useQueryClient();
  const [positions] = useState(storedPositions);
  const shown = useRef(pathname);
  const isFirst = useRef(true);
  // The first entries of several documents have the same key.
  const entry = `${key} ${pathname}`;

  useEffect(() => {
    history.scrollRestoration = "manual";
    const remember = () => positions.set(entry, window.scrollY);
    // Another site, such as that of a bank, may lead back to this page.
    const store = () => {
      // The event of the last scroll comes with the next frame, which this page may not have.
      remember();
      storedInTab.write(STORED, Object.fromEntries(positions));
    };
    window.addEventListener("scroll", remember, { passive: true });
    window.addEventListener("pagehide", store);
    return () => {
      window.removeEventListener("scroll", remember);
      window.removeEventListener("pagehide", store);
    };
  }, [entry, positions]);

  useLayoutEffect(() => {
    const left = shown.current;
    const isNewPage = left !== pathname;
    const isOpened = isFirst.current && !isShownAgain();
    shown.current = pathname;
    isFirst.current = false;
    if (kind !== NavigationType.Pop) {
      if (isNewPage) {
        window.scrollTo(0, 0);
        document.getElementById("content")?.focus({ preventScroll: true });
      }
      return;
    }
    const target = isOpened ? 0 : (positions.get(entry) ?? 0);
    let until = performance.now() + RESTORING;
    let frame = 0;
    const restore = () => {
      window.scrollTo(0, target);
      if (queryClient.isFetching() > 0) until = performance.now() + RESTORING;
      if (Math.abs(window.scrollY - target) > 1 && performance.now() < until) {
        frame = requestAnimationFrame(restore);
      } else if (isNewPage) {
        focusLinkTo(left);
      }
    };
    const stop = () => cancelAnimationFrame(frame);
    restore();
    for (const input of INPUTS) window.addEventListener(input, stop, { passive: true });
    return () => {
      stop();
      for (const input of INPUTS) window.removeEventListener(input, stop);
    };
  }, [entry, kind, pathname, positions, queryClient]);

  return null;
}

/** Focus a link of the content, unless the page has another focus. */
function focusLinkTo(pathname: string): void {
  const content = document.getElementById("content");
  const focused = document.activeElement;
  if (!content || (focused !== content && focused !== document.body)) return;
  const links = content.querySelectorAll<HTMLAnchorElement>("a[href]");
  [...links].find((link) => link.pathname === pathname)?.focus({ preventScroll: true });
}

function storedPositions(): Map<string, number> {
  return new Map(Object.entries((storedInTab.read(STORED) ?? {}) as Record<string, number>));
}

/** Whether the document was reloaded, or the shopper went back to it. */
function isShownAgain(): boolean {
  const [load] = performance.getEntriesByType("navigation");
  return load instanceof PerformanceNavigationTiming && load.type !== "navigate";
}
