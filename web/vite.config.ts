import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { en } from "./src/text/en";
import { ru } from "./src/text/ru";
import { serverWords } from "./src/text/server";

// The pages of a surface in each language: one HTML entry, told apart by what a browser shows before any script ran.
const LANGUAGES = {
  en: {
    text: en,
    title: "Marketplace",
    script: "Marketplace needs JavaScript in your browser to show its products.",
  },
  ru: {
    text: ru,
    title: "Маркетплейс",
    script: "Чтобы показать товары, маркетплейсу нужен JavaScript в вашем браузере.",
  },
} as const;

// What several pages share comes once: with the first visit what that needs; forms, what is bought and what only members see with the
// first page that has it. Each group takes along what its modules need and no earlier group has.
const GROUPS = [
  {
    name: "shared",
    test: /node_modules\/(?!valibot)|src\/(style\/|text\/[a-z]+\.|ui\/(boundary|combobox|empty|facts|field|icon|picture|problem|skeleton|stars)|api\/(?!cart\.|live|orders)|shop\/(\w+\.|frame\/|account\/m|members\/paths|search\/(categories|crumbs|price_tag|product_)))/,
  },
  {
    name: "forms",
    test: /node_modules\/valibot|src\/(ui\/(done|form|key|select|send|text_area)|shop\/account\/entrance)/,
  },
  { name: "dialogs", test: /src\/ui\// },
  { name: "buying", test: /src\/api\// },
  {
    name: (id: string) => /src\/shop\/(\w+)\/(?!\w+_(form|fields)|countries)/.exec(id)?.[1] ?? null,
    debugName: "rooms",
  },
].map((group, index, all) => ({ ...group, minShareCount: 2, priority: all.length - index }));

const LAYERS = "@layer tokens,base,ui,shop;";

/** shop.html becomes shop/en.html and shop/ru.html, each of which loads its own words and letters at once. Beside them lie the words with
 * which the gateway writes public pages into them (gateway/pages). */
function languages(): Plugin {
  return {
    name: "languages",
    enforce: "post",
    generateBundle(_, bundle) {
      const entry = bundle["shop.html"];
      if (entry?.type !== "asset") throw new Error("shop.html was not built");
      const files = Object.keys(bundle);
      const find = (pattern: RegExp) => files.filter((file) => pattern.test(file)).sort();
      for (const [language, words] of Object.entries(LANGUAGES)) {
        const letters = find(
          language === "ru" ? /golos-text-(cyrillic|latin)-wght.*woff2$/ : /golos-text-latin-wght.*woff2$/,
        );
        const hints = [
          ...find(new RegExp(`assets/${language}-.*\\.js$`)).map(
            (file) => `<link rel="modulepreload" crossorigin href="/${file}">`,
          ),
          ...letters.map(
            (file) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="/${file}">`,
          ),
        ];
        if (hints.length < 2) throw new Error(`nothing to load for ${language}`);
        const source = String(entry.source)
          .replace("%LANGUAGE%", language)
          .replace("%TITLE%", words.title)
          .replace("%SCRIPT%", words.script)
          .replace("</head>", `  ${hints.join("\n    ")}\n  </head>`);
        this.emitFile({ type: "asset", fileName: `shop/${language}.html`, source });
        const said = JSON.stringify(serverWords(words.text, language), undefined, 1);
        this.emitFile({ type: "asset", fileName: `shop/${language}.json`, source: `${said}\n` });
      }
      delete bundle["shop.html"];
      // Which layer wins is said before the first of them, wherever the bundler has put the file that says it.
      for (const file of Object.values(bundle)) {
        if (file.type === "asset" && file.fileName.endsWith(".css")) file.source = `${LAYERS}${file.source}`;
      }
    },
  };
}

export default defineConfig({
  appType: "mpa",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    assetsDir: "assets",
    // Everything is a file of ours with a name that says what is in it: the policy of the pages allows no data: and nothing inline.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: "shop.html",
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
  plugins: [languages()],
  test: { include: ["src/**/*_test.ts"] },
});
