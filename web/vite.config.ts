import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The pages of a surface in each language: one HTML entry, told apart by what a browser shows before any script ran.
const LANGUAGES = {
  en: { title: "Marketplace", script: "Marketplace needs JavaScript in your browser to show its products." },
  ru: {
    title: "Маркетплейс",
    script: "Чтобы показать товары, маркетплейсу нужен JavaScript в вашем браузере.",
  },
} as const;

const LAYERS = "@layer tokens,base,ui,shop;";

/** shop.html becomes shop/en.html and shop/ru.html, each of which loads its own words and letters at once. */
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
      }
      delete bundle["shop.html"];
      // Which layer wins is said before the first of them, wherever the bundler has put the file that says it.
      for (const file of Object.values(bundle)) {
        if (file.type === "asset" && file.fileName.endsWith(".css")) file.source = `${LAYERS}${file.source}`;
      }
    },
  };
}

// All that may be shared: not the words of one language.
const OURS = /node_modules|preload-helper|src\/(?!text\/\w*(en|ru)\.ts$)/;

// What nearly every page needs, though the entry does not.
const ALWAYS =
  /src\/(shop\/frame|shop\/account\/members_only|shop\/account\/entrance|shop\/members\/paths|ui\/(classes|empty|field|picture|stars)|text\/(area|plural)\.ts)/;

// What pages with a form need.
const FORMS = /valibot|src\/ui\/(form|send|select|text_area|key)\./;

type InfoOf = (id: string) => { isEntry: boolean; importers: string[] } | null;

/** Whether a first visit needs it: the entry imports it, or something does that the entry imports. */
function isAtOnce(id: string, infoOf: InfoOf, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const info = infoOf(id);
  return info !== null && (info.isEntry || info.importers.some((one) => isAtOnce(one, infoOf, seen)));
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
      // Pages come when they are gone to; what two of them share comes once, not as many small files: with the first visit what that needs,
      // with the first page of a room what its pages share, and what rooms share but the first visit does not need.
      output: {
        codeSplitting: {
          groups: [
            {
              name: (id, modules) =>
                ALWAYS.test(id) || isAtOnce(id, (one) => modules.getModuleInfo(one)) ? "shared" : null,
              debugName: "shared",
              test: OURS,
              minShareCount: 2,
              priority: 4,
            },
            { name: "forms", test: FORMS, minShareCount: 2, priority: 3 },
            {
              name: "parts",
              test: /node_modules|src\/(api|text|ui)\/(?!\w*(en|ru)\.ts$)/,
              minShareCount: 2,
              priority: 2,
            },
            {
              name: (id) => /src\/shop\/(\w+)\/(?!countries|sign_up_form)/.exec(id)?.[1] ?? null,
              debugName: "rooms",
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  plugins: [languages()],
  test: { include: ["src/**/*_test.ts"] },
});
