import type { ComponentProps } from "react";

import { apiSrcSet, apiUrl } from "../api/origin";

/** An image whose URLs are those of the API's responses. */
export function Image({ src, srcSet, ...rest }: ComponentProps<"img"> & { src: string }) {
  return <img {...rest} srcSet={srcSet && apiSrcSet(srcSet)} src={apiUrl(src)} />;
}

/** Another image for some windows. */
export function ImageSource({ media, src }: { media: string; src: string }) {
  return <source media={media} srcSet={apiUrl(src)} />;
}
