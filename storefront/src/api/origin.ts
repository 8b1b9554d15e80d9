/** Scheme, host and port of the API if they are not those of the page, else empty. */
const OTHER = import.meta.env.VITE_API_URL ?? "";

export const apiOrigin = OTHER || window.location.origin;

/** The URL of a path of the API's host, such as "/media/lamp.webp". Other URLs stay the same. */
export function apiUrl(url: string): string {
  return url.startsWith("/") ? OTHER + url : url;
}

/** The same for the URLs of a `srcset`. */
export function apiSrcSet(srcSet: string): string {
  return srcSet.split(", ").map(apiUrl).join(", ");
}
