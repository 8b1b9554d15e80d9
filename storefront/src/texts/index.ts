import { en, type Texts } from "./en";

/** Languages besides English, each in a chunk of its own, which the server's page preloads. */
const LANGUAGES: Readonly<Record<string, () => Promise<Texts>>> = {
  de: async () => (await import("./de")).de,
};

/** The texts in the language of the shop: English until `loadTexts` is done. */
export let texts: Texts = en;

/** Load the texts for a locale such as "de-AT": English ones if there are no others. */
export async function loadTexts(locale: string): Promise<void> {
  const language = locale.split("-")[0]?.toLowerCase() ?? "";
  const load = LANGUAGES[language];
  texts = load ? await load().catch(() => en) : en;
}
