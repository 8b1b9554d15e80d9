import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { Link } from "react-router";

import { ui } from "./ui";

interface Toast {
  text: string;
  link?: { to: string; label: string };
}

const DURATION = 6000; // milliseconds
const ShowToast = createContext<(toast: Toast) => void>(() => undefined);

/** Shows short confirmations, which screen readers announce. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<Toast | null>(null);
  const timer = useRef(0);
  const keep = useCallback(() => window.clearTimeout(timer.current), []);
  const hideLater = useCallback(() => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setToast(null), DURATION);
  }, []);
  const show = useCallback(
    (next: Toast) => {
      setToast(next);
      hideLater();
    },
    [hideLater],
  );
  return (
    <ShowToast value={show}>
      {children}
      <div className={ui.toasts} role="status">
        {toast && (
          // It stays while it is pointed at or has the focus.
          <div
            className={ui.toast}
            onPointerEnter={keep}
            onPointerLeave={hideLater}
            onFocus={keep}
            onBlur={hideLater}
          >
            <span className={ui.ownText}>{toast.text}</span>
            {toast.link && (
              <Link to={toast.link.to} onClick={() => setToast(null)}>
                {toast.link.label}
              </Link>
            )}
          </div>
        )}
      </div>
    </ShowToast>
  );
}

export function useToast(): (toast: Toast) => void {
  return useContext(ShowToast);
}
