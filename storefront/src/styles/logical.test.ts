import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..");
const IN_STYLES = [
  /(^|[\s;{])(margin|padding|border)-(left|right)\b/,
  /(^|[\s;{])(left|right|border-(top|bottom)-(left|right)-radius)\s*:/,
  /(float|clear|text-align)\s*:\s*(left|right)\b/,
  // Four lengths, of which the second and the fourth differ.
  /(margin|padding|inset)\s*:\s*[^\s(]+ ([^\s(]+) [^\s(]+ (?!\2[;\s])[^\s(]+\s*;/,
];
const IN_MARKUP = [/(margin|padding|border)(Left|Right)\b/, /style=.*\b(left|right):/];

function physicalLines(text: string, patterns: RegExp[]): string[] {
  return text.split("\n").filter((line) => patterns.some((pattern) => pattern.test(line)));
}

test("styles name sides by the direction of the text, so that pages can be mirrored", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(css|tsx)$/.test(name),
  );
  expect(files.length).toBeGreaterThan(20);
  const physical = files.flatMap((name) => {
    const patterns = name.endsWith(".css") ? IN_STYLES : IN_MARKUP;
    const lines = physicalLines(readFileSync(join(SOURCES, name), "utf8"), patterns);
    return lines.map((line) => `${name}: ${line}`);
  });
  expect(physical).toEqual([]);
});

test("a side by its place is found", () => {
  const styles = [
    "  margin-left: 4px;",
    "  right: 0;",
    "  text-align: left;",
    "  padding: 1px 2px 3px 4px;",
  ];
  expect(physicalLines(styles.join("\n"), IN_STYLES)).toEqual(styles);
  const markup = ["style={{ paddingLeft: 4 }}", "style={{ right: 0 }}"];
  expect(physicalLines(markup.join("\n"), IN_MARKUP)).toEqual(markup);
  const logical = "  padding: 1px 2px 3px 2px;\n  margin-inline-start: 4px;";
  expect(physicalLines(logical, IN_STYLES)).toEqual([]);
});
