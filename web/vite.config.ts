import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { contract } from "./contract";
import { en } from "./src/text/en";
import { ru } from "./src/text/ru";
import { serverWords } from "./src/text/server";

// The pages of a surface in each language: one HTML entry, told apart by what a browser shows before any script ran. Each surface is a build
// of its own, so that what one needs weighs nothing in another.
const SURFACES = {
  shop: {
    folder: "shop/",
    languages: {
      en: {
        title: "Marketplace",
        script: "Marketplace needs JavaScript in your browser to show its products.",
      },
      ru: {
        title: "Маркетплейс",
        script: "Чтобы показать товары, маркетплейсу нужен JavaScript в вашем браузере.",
      },
    },
  },
  seller: {
    folder: "shop/seller_",
    languages: {
      en: { title: "Your shop", script: "The pages of shops need JavaScript in your browser." },
      ru: { title: "Ваш магазин", script: "Страницам магазинов нужен JavaScript в вашем браузере." },
    },
  },
  operator: {
    folder: "shop/operator_",
    languages: {
      en: { title: "Operators", script: "The pages of operators need JavaScript in your browser." },
      ru: { title: "Операторы", script: "Страницам операторов нужен JavaScript в вашем браузере." },
    },
  },
} as const;
type Surface = keyof typeof SURFACES;
const CATALOGUES = { en, ru };

// What several pages share comes once: with the first visit what that needs; forms, products on a shelf, what is bought and what only
// members see with the first page that has it. Each group takes along what its modules need and no earlier group has.
const SHOP_GROUPS = [
  {
    name: "shared",
    // With all that the entry alone needs, since one file says the same in fewer bytes than two; but not with the entry: it waits for words,
    // and these for what is shared.
    minShareCount: 1,
    test: /node_modules\/(?!valibot|.*(nfiniteQueryO|useInfinite|useMutationState))|src\/(style\/|text\/(?!en|ru)[a-z]+\.|ui\/(boundary|combobox|empty|facts|field|icon|later|offline_bar|problem|skeleton|title)|api\/(?!cart\.|live|orders)|session\/(again|mine|news)|shop\/(?!main|value)(\w+\.|frame\/|account\/m|members\/paths))/,
  },
  {
    name: "shelf",
    test: /src\/(ui\/(picture|stars)|shop\/value_order|shop\/search\/(categories|crumbs|price_tag|product_))/,
  },
  {
    name: "forms",
    test: /node_modules\/valibot|src\/(ui\/(done|form|key|select|send|text_area)|shop\/account\/entrance)/,
  },
  { name: "live", test: /src\/api\/live/ },
  { name: "lists", test: /nfiniteQueryO|useInfinite/ },
  { name: "dialogs", test: /src\/ui\// },
  { name: "buying", test: /src\/api\/|useMutationState/ },
  {
    name: (id: string) => /src\/shop\/(\w+)\/(?!\w+_(form|fields)|countries)/.exec(id)?.[1] ?? null,
    debugName: "rooms",
  },
];

// A console is opened once and worked in: what its pages share comes with the first of them, forms with the first that has one.
const CONSOLE_GROUPS = [
  {
    name: "shared",
    test: /node_modules\/(?!valibot)|src\/(style\/|session\/(?!sign_in)|text\/[a-z]+\.|api\/(client|kept|refusal|session)|ui\/(?!done|form|text_area|select|send|key|versions)|(seller|operator)\/(\w+\.|frame\/))/,
  },
  { name: "forms", test: /node_modules\/valibot|src\/(ui|api|session)\// },
  {
    name: (id: string) => /src\/(?:seller|operator)\/(\w+)\//.exec(id)?.[1] ?? null,
    debugName: "rooms",
  },
];

const LAYERS = "@layer tokens,base,ui,shop,console;";

/** shop.html becomes shop/en.html and shop/ru.html, each of which loads its own words and letters at once; consoles lie beside them, with their
 * name before the language. With the shop's lie the words with which the gateway writes public pages into them (gateway/pages). */
function languages(surface: Surface): Plugin {
  const { folder, languages } = SURFACES[surface];
  const source = `${surface}.html`;
  return {
    name: "languages",
    enforce: "post",
    generateBundle(_, bundle) {
      const entry = bundle[source];
      if (entry?.type !== "asset") throw new Error(`${source} was not built`);
      const files = Object.keys(bundle);
      const find = (pattern: RegExp) => files.filter((file) => pattern.test(file)).sort();
      for (const language of ["en", "ru"] as const) {
        const words = languages[language];
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
        const page = String(entry.source)
          .replace("%LANGUAGE%", language)
          .replace("%TITLE%", words.title)
          .replace("%SCRIPT%", words.script)
          .replace("</head>", `  ${hints.join("\n    ")}\n  </head>`);
        this.emitFile({ type: "asset", fileName: `${folder}${language}.html`, source: page });
        if (surface !== "shop") continue;
        const said = JSON.stringify(serverWords(CATALOGUES[language], language), undefined, 1);
        this.emitFile({ type: "asset", fileName: `shop/${language}.json`, source: `${said}\n` });
      }
      delete bundle[source];
      // Which layer wins is said before the first of them, wherever the bundler has put the file that says it.
      for (const file of Object.values(bundle)) {
        if (file.type === "asset" && file.fileName.endsWith(".css")) file.source = `${LAYERS}${file.source}`;
      }
    },
  };
}

function isSurface(name: string | undefined): name is Surface {
  return name !== undefined && Object.hasOwn(SURFACES, name);
}

// `vite build --mode seller`: one surface; the shop without.
export default defineConfig(({ mode }) => {
  const surface: Surface = isSurface(mode) ? mode : "shop";
  const groups = surface === "shop" ? SHOP_GROUPS : CONSOLE_GROUPS;
  return {
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
        input: `${surface}.html`,
        output: {
          codeSplitting: {
            groups: groups.map((group, index, all) => ({
              minShareCount: 2,
              ...group,
              priority: all.length - index,
            })),
          },
        },
      },
    },
    plugins: [languages(surface), contract()],
    test: { include: ["src/**/*_test.ts"] },
  };
});
