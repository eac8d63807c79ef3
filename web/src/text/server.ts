import type { Messages } from "./messages";

/** Where the server puts what a text is about. */
const PLACE = "{}";

/** The words that the gateway needs to write the public pages (gateway/pages/words.hpp), as data: texts, texts with a place in them, and
 * the forms of what is counted. */
export function serverWords(text: Messages, language: string) {
  const rules = new Intl.PluralRules(language);
  const forms = (counted: (count: number) => string) =>
    Object.fromEntries(
      rules.resolvedOptions().pluralCategories.map((form) => {
        const count = [1, 2, 5, 1.5].find((one) => rules.select(one) === form) ?? 0;
        return [form, counted(count).replace(new Intl.NumberFormat(language).format(count), "#")];
      }),
    );
  return {
    name: text.name,
    skip: text.skip,
    "menu.label": text.menu.label,
    "menu.categories": text.menu.categories,
    "menu.allProducts": text.menu.allProducts,
    "menu.signIn": text.menu.signIn,
    "menu.language": text.menu.language,
    "menu.terms": text.menu.terms,
    "menu.api": text.menu.api,
    footer: text.footer,
    "search.label": text.search.label,
    "search.placeholder": text.search.placeholder,
    "search.go": text.search.go,
    "search.heading": text.search.heading,
    "search.filters": text.search.filters,
    "search.category": text.search.category,
    "search.everywhere": text.search.everywhere,
    "search.more": text.search.more,
    "search.none": text.search.none,
    "search.noneHint": text.search.noneHint,
    "search.clear": text.search.clear,
    "home.heading": text.home.heading,
    "home.lead": text.home.lead,
    "home.browse": text.home.browse,
    "home.newest": text.home.newest,
    "home.newestAll": text.home.newestAll,
    "home.categories": text.home.categories,
    "home.empty": text.home.empty,
    "home.emptyHint": text.home.emptyHint,
    "product.pictures": text.product.pictures,
    "product.sold": text.product.sold,
    "product.soldOut": text.product.soldOut,
    "product.inStock": text.product.inStock,
    "product.before": text.product.before,
    "product.about": text.product.about,
    "product.details": text.product.details,
    "product.safety": text.product.safety,
    "product.manufacturer": text.product.manufacturer,
    "product.responsible": text.product.responsible,
    "product.warnings": text.product.warnings,
    "product.otherOffers": text.product.otherOffers,
    "product.inLanguage": text.product.inLanguage,
    "product.notFound": text.product.notFound,
    "product.notFoundHint": text.product.notFoundHint,
    "reviews.heading": text.reviews.heading,
    "reviews.none": text.reviews.none,
    "reviews.noneHint": text.reviews.noneHint,
    "reviews.anonymous": text.reviews.anonymous,
    "reviews.reply": text.reviews.reply,
    "shop.heading": text.shop.heading,
    "shop.delivery": text.shop.delivery,
    "shop.returns": text.shop.returns,
    "shop.contact": text.shop.contact,
    "shop.trader": text.shop.trader,
    "shop.notFound": text.shop.notFound,
    "problem.heading": text.problem.heading,
    "problem.trace": text.problem.trace,
    "problem.notFound": text.problem.notFound,
    "problem.notFoundHint": text.problem.notFoundHint,
    "problem.toHome": text.problem.toHome,
    "problem.other": text.problem.other,
    "problem.overloaded": text.problem.reasons.OVERLOADED ?? text.problem.other,
    "problem.unavailable": text.problem.reasons.UNAVAILABLE ?? text.problem.other,
    "problem.late": text.problem.reasons.DEADLINE_EXCEEDED ?? text.problem.other,
    "problem.many": text.problem.reasons.RATE_LIMITED ?? text.problem.other,
    "search.headingFor": text.search.headingFor(PLACE),
    "search.noneFor": text.search.noneFor(PLACE),
    "product.lowest": text.product.lowest(PLACE),
    "reviews.average": text.reviews.average(PLACE),
    "shop.since": text.shop.since(PLACE),
    "shop.away": text.shop.away(PLACE),
    "search.total": forms(text.search.total),
    "product.left": forms(text.product.left),
    "reviews.count": forms(text.reviews.count),
  };
}
