import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const BUILT = "../src/novacart/adapters/storefront/built";
const API = process.env["NOVACART_URL"] ?? "http://127.0.0.1:8000";
// The origin of the API for pages of another host. The build fails if it is no URL.
const OTHER_ORIGIN = process.env["VITE_API_URL"] ?? "";
process.env["VITE_API_URL"] = OTHER_ORIGIN && new URL(OTHER_ORIGIN).origin;

/** Writes a Brotli and a gzip file beside each asset, so that the server compresses none. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle({ dir = BUILT }) {
      const folder = join(dir, "static");
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(path).size < 1024) continue;
        const content = readFileSync(path);
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    outDir: BUILT,
    emptyOutDir: true,
    assetsDir: "static",
    // The server reads from it which chunk has the texts of the shop's language.
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    proxy: { "/api": API, "/media": API, "/assets": API },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost/" } },
    setupFiles: "src/test/setup.ts",
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // One browser environment for all files: each takes a second to create.
    isolate: false,
    fileParallelism: false,
  },
});
