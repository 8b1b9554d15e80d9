// uPlot does not load if the browser's language is not a valid tag, such as "en-US@posix".
"use strict";

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: document.documentElement.lang });
}
