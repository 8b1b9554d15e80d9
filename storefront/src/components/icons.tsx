const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.7 11.2L20 20",
  cart: "M3 5h2.4l2.3 10.2h9.8L20 8H6.2M9 19.5h.01M16.5 19.5h.01",
  heart: "M12 20s-7.5-4.6-7.5-10A4.3 4.3 0 0 1 12 7.2 4.3 4.3 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10Z",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0",
  close: "m6 6 12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  check: "m5 12.5 4.5 4.5L19 7.5",
  filter: "M4 7h16M7 12h10M10 17h4",
  truck: "M3 6h11v10H3zM14 10h4l3 3v3h-7M7 19.2h.01M17.5 19.2h.01",
  box: "m12 3 8 4.2v9.6L12 21l-8-4.2V7.2L12 3Zm0 9 8-4.6M12 12 4 7.4M12 12v9",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.7 11.2L20 20M10.5 8v5M8 10.5h5",
  arrow: "m9 5 7 7-7 7",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon; the text beside it, or the label of its control, says what it means. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
