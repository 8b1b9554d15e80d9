import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test.each([
  ["", "/media/a.webp", "/media/a.webp 320w, https://cdn.example/a.webp 640w"],
  [
    "https://api.shop.example",
    "https://api.shop.example/media/a.webp",
    "https://api.shop.example/media/a.webp 320w, https://cdn.example/a.webp 640w",
  ],
])("images of the API have its origin: %j", async (origin, url, srcSet) => {
  vi.stubEnv("VITE_API_URL", origin);
  vi.resetModules();
  const { apiSrcSet, apiUrl } = await import("./origin");
  expect(apiUrl("/media/a.webp")).toBe(url);
  expect(apiUrl("https://cdn.example/a.webp")).toBe("https://cdn.example/a.webp");
  expect(apiSrcSet("/media/a.webp 320w, https://cdn.example/a.webp 640w")).toBe(srcSet);
});
