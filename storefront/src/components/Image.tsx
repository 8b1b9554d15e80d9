import { type ComponentProps, useEffect, useState } from "react";

import { apiSrcSet, apiUrl } from "../api/origin";

/**
 * An image whose URLs are those of the API's responses. One that failed is loaded again when the
 * browser is online; until then it is hidden unless it has an alternative text.
 */
export function Image({ src, srcSet, alt, ...rest }: ComponentProps<"img"> & { src: string }) {
  const [loads, setLoads] = useState(1);
  const [failed, setFailed] = useState("");
  const attempt = `${loads} ${src}`;
  const hasFailed = failed === attempt;
  useEffect(() => {
    if (!hasFailed) return;
    const load = () => setLoads((before) => before + 1);
    window.addEventListener("online", load);
    return () => window.removeEventListener("online", load);
  }, [hasFailed]);
  return (
    <img
      key={loads}
      {...rest}
      alt={alt}
      srcSet={srcSet && apiSrcSet(srcSet)}
      src={apiUrl(src)}
      style={{ visibility: hasFailed && !alt ? "hidden" : undefined }}
      onError={() => setFailed(attempt)}
    />
  );
}

/** Another image for some windows. */
export function ImageSource({ media, src }: { media: string; src: string }) {
  return <source media={media} srcSet={apiUrl(src)} />;
}
