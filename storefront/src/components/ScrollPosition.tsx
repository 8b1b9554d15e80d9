import { useEffect, useLayoutEffect, useRef } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

const ATTEMPTS = 20;

/**
 * A new page starts at its top with the focus on its content; going back restores the position,
 * once the page is long enough again.
 */
export function ScrollPosition() {
  const { key, pathname } = useLocation();
  const kind = useNavigationType();
  const positions = useRef(new Map<string, number>());
  const shown = useRef(pathname);

  useEffect(() => {
    history.scrollRestoration = "manual";
    const known = positions.current;
    const remember = () => known.set(key, window.scrollY);
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, [key]);

  useLayoutEffect(() => {
    const isNewPage = shown.current !== pathname;
    shown.current = pathname;
    if (kind !== NavigationType.Pop) {
      if (isNewPage) {
        window.scrollTo(0, 0);
        document.getElementById("content")?.focus({ preventScroll: true });
      }
      return;
    }
    const target = positions.current.get(key) ?? 0;
    let attempts = 0;
    let frame = 0;
    const restore = () => {
      window.scrollTo(0, target);
      attempts += 1;
      if (Math.abs(window.scrollY - target) > 1 && attempts < ATTEMPTS) {
        frame = requestAnimationFrame(restore);
      }
    };
    restore();
    return () => cancelAnimationFrame(frame);
  }, [key, kind, pathname]);

  return null;
}
