import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const LETTERS = "/\\p{L}/u";
const TEXT = `:matches(Literal[value=${LETTERS}], TemplateElement[value.raw=${LETTERS}])`;
// Values of `&&`, `||`, `??` and `? :` in braces, but no arguments of calls, such as class names.
const SHOWN = ":matches(LogicalExpression, ConditionalExpression, TemplateLiteral)";
const SHOWN_ATTRIBUTE = "/^(alt|aria-label|description|hint|label|legend|placeholder|title)$/";

/** Texts of the interface that are not in the catalogue, `src/texts`. */
const HARD_CODED_TEXTS = [
  `JSXText[value=${LETTERS}]`,
  `JSXElement > JSXExpressionContainer > ${TEXT}`,
  `JSXElement > JSXExpressionContainer > ${SHOWN} > ${TEXT}`,
  `JSXElement > JSXExpressionContainer > ${SHOWN} > ${SHOWN} > ${TEXT}`,
  `JSXAttribute[name.name=${SHOWN_ATTRIBUTE}] ${TEXT}:not(BinaryExpression > *)`,
  `Property[key.name=/^(label|text)$/] > ${TEXT}`,
  `Property[key.name=/^(label|text)$/] > TemplateLiteral > ${TEXT}`,
  `CallExpression[callee.name=/^(useTitle|setError)$/] > ${TEXT}`,
  `CallExpression[callee.name=/^(useTitle|setError)$/] > ${SHOWN} > ${TEXT}`,
].map((selector) => ({ selector, message: "Put texts into src/texts, in all languages." }));

/** Elements that show images, whose URLs may be relative to the API. */
const PLAIN_IMAGES = {
  selector: "JSXOpeningElement[name.name=/^(img|source)$/]",
  message: "Use src/components/Image.tsx.",
};

export default defineConfig(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } },
    },
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Event handlers and effects start promises whose failures are shown as state.
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false } },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-globals": [
        "error",
        ...["localStorage", "sessionStorage"].map((name) => ({
          name,
          message: "A browser may refuse it. Use src/storage.ts.",
        })),
      ],
    },
  },
  { files: ["src/**/*.test.{ts,tsx}", "src/test/*"], rules: { "no-restricted-globals": "off" } },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/api/queryClient.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          property: "invalidateQueries",
          message: "It keeps the answer to a first request. Use refresh of src/api/queryClient.ts.",
        },
      ],
    },
  },
  {
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx"],
    rules: { "no-restricted-syntax": ["error", ...HARD_CODED_TEXTS, PLAIN_IMAGES] },
  },
  {
    files: ["src/components/Image.tsx"],
    rules: { "no-restricted-syntax": ["error", ...HARD_CODED_TEXTS] },
  },
);
