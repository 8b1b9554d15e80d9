/** The path that a sign-in leads to is the parameter `next` of the pages of the sign-in. */

// The pages of the sign-in, links of mails that work once, and orders of guests, which the user who
// has signed in can't open.
const NO_RETURN = /^\/(sign-in|sign-up|forgotten-password|reset-password|verify-email|orders\/\d)/;

/** A path of this shop; other addresses, such as //evil.example, lead home. */
export function safePath(path: string | null): string {
  // Browsers ignore tabs and line breaks in addresses.
  return path && /^\/(?![/\\])[^\t\r\n]*$/.test(path) ? path : "/";
}

/** A page of the sign-in, which leads to `next` afterwards. */
export function withNext(page: string, next: string): string {
  return next === "/" ? page : `${page}?next=${encodeURIComponent(next)}`;
}

/** Where a sign-in from a page leads: back to it if that is useful, or to its own `next`. */
export function nextFrom({ pathname, search }: { pathname: string; search: string }): string {
  return NO_RETURN.test(pathname)
    ? safePath(new URLSearchParams(search).get("next"))
    : pathname + search;
}
