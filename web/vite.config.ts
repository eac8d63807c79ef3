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

// What several pages share comes once. A group of its own has what a first visit does not need: forms, a cart, an order; each group takes
// along what its modules need and no earlier group has.
const GROUPS = [
  {
    name: "shared",
    test: /node_modules\/(?!valibot)|src\/(?!text\/\w+_|ui\/form|shop\/(cart|checkout|orders)\/|api\/(cart|orders|live)\.)/,
  },
  { name: "forms", test: /node_modules\/valibot|src\/ui\/form/ },
  { name: "buying", test: /src\/api\// },
  { name: "cart", test: /src\/shop\/cart\// },
  { name: "order", test: /src\/shop\/(checkout|orders)\// },
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
      // Pages come when they are gone to; what two of them share comes once, not as many small files.
      output: {
        codeSplitting: {
          groups: GROUPS,
        },
      },
    },
  },
  plugins: [languages()],
  test: { include: ["src/**/*_test.ts"] },
});
