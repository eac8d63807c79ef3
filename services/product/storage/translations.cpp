#include "services/product/storage/translations.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "platform/events/event.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/languages.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/refusals.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

using api::product::ProductTranslation;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kTranslation{Column{"t.language", Into<&ProductTranslation::mutable_language>()},
                               Column{"t.title", Into<&ProductTranslation::mutable_title>()},
                               Column{"t.description",
                                      [](ProductTranslation& translation, std::string_view text) {
                                        if (!text.empty()) translation.mutable_description()->assign(text);
                                      }},
                               Column{"t.updated_at", Into<&ProductTranslation::mutable_update_time>()}};

// The product that is translated, locked.
struct Translated {
  SellerId seller;
  domain::ProductState state = domain::ProductState::kDraft;
  std::int64_t version = 0;
  std::string language;
  std::vector<std::string> languages;
};
constexpr Columns kTranslated{Column{"seller_id", &Translated::seller}, Column{"state", &Translated::state},
                              Column{"version", &Translated::version},
                              Column{"language", &Translated::language},
                              Column{"languages", &Translated::languages}};
constexpr ComposedStatement kLockTranslated{"translation.lock", "SELECT " + kTranslated +
                                                                    " FROM product WHERE id = $1 "
                                                                    "AND ($3 OR seller_id = ANY($2)) "
                                                                    "FOR NO KEY UPDATE"};

constexpr ComposedStatement kPutTranslation{
    "translation.put",
    "INSERT INTO product_translation AS t (product_id, language, title, description) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (product_id, language) DO UPDATE SET title = EXCLUDED.title, description = "
    "EXCLUDED.description, "
    "updated_at = market_now() WHERE (t.title, t.description) IS DISTINCT FROM (EXCLUDED.title, "
    "EXCLUDED.description) "
    "RETURNING " +
        kTranslation};
constexpr ComposedStatement kFindTranslation{
    "translation.find",
    "SELECT " + kTranslation + " FROM product_translation t WHERE t.product_id = $1 AND t.language = $2"};
constexpr Statement kDeleteTranslation{
    "translation.delete", "DELETE FROM product_translation WHERE product_id = $1 AND language = $2"};
constexpr ComposedStatement kTouchTranslated{
    "translation.touch",
    "UPDATE product SET languages = ARRAY(SELECT t.language FROM product_translation t WHERE t.product_id = "
    "$1 "
    "ORDER BY t.language), version = version + 1, updated_at = market_now() WHERE id = $1 RETURNING " +
        kTranslated};

struct OfProduct {
  std::int64_t version = 0;
  bool any = false;
};
constexpr Columns kOfProduct{Column{"p.version", &OfProduct::version},
                             Column{"t.language IS NOT NULL", &OfProduct::any}};
constexpr ComposedStatement kListTranslations{
    "translation.list", "SELECT " + kOfProduct + ", " + kTranslation +
                            " FROM product p LEFT JOIN product_translation t ON t.product_id = p.id "
                            "WHERE p.id = $1 AND ($3 OR p.seller_id = ANY($2)) ORDER BY t.language"};

// A text that is shown instead of another one.
struct ShownText {
  std::string product;
  std::string language;
  std::string title;
  std::string description;
};
constexpr Columns kShownTitle{Column{"t.product_id", &ShownText::product},
                              Column{"t.language", &ShownText::language},
                              Column{"t.title", &ShownText::title}};
constexpr Columns kShownText{kShownTitle, Column{"t.description", &ShownText::description}};
constexpr auto Wanted(const auto& columns) {
  return "SELECT " + columns +
         " FROM unnest($1::uuid[], $2::text[]) AS wanted (product_id, language) "
         "JOIN product_translation t ON t.product_id = wanted.product_id AND t.language = wanted.language";
}
constexpr ComposedStatement kShowTitles{"translation.titles", Wanted(kShownTitle)};
constexpr ComposedStatement kShowTexts{"translation.texts", Wanted(kShownText)};

bool Everything(const Viewer& viewer) { return viewer.sees == Sees::kEverything; }

Translated HeldToTranslate(const postgres::Result& result, const Translations::Change& change) {
  auto product = kTranslated.ReadAtMostOne(result);
  if (!product) throw NotFound("the product");
  if (change.if_version && *change.if_version != product->version) throw ProductChangedMeanwhile();
  if (!domain::After(domain::ProductAct::kChange, product->state)) throw NotInState(product->state);
  return *std::move(product);
}

void CheckPut(const Translated& product, const std::string& language) {
  if (language == product.language) {
    throw InvalidArgument("language", "BASE_LANGUAGE",
                          "is the one that the product was written in: update the product itself");
  }
  if (std::ssize(product.languages) >= domain::kTranslationsMax &&
      std::ranges::find(product.languages, language) == product.languages.end()) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "a product can have at most 10 translations")
        .WithMetadata("limit", std::to_string(domain::kTranslationsMax));
  }
}

// The product's version moves, and whoever shows it is told.
Task<Translated> TouchTranslated(postgres::Tx& tx, Work work, const domain::ProductId& id) {
  const auto after = kTranslated.ReadOne(co_await tx.Execute(kTouchTranslated, id));
  Batch told("translation.changed");
  events::Append(told, work, ProductChangedEvent(id, after.seller, after.version));
  co_await tx.ExecuteAndCommit(std::move(told));
  co_return after;
}

const std::string& ProductIdOf(const api::product::Product& product) { return product.id(); }
const std::string& ProductIdOf(const api::product::OfferForSale& offer) { return offer.product_id(); }

// What of `things` is to be shown in another language: parallel arrays.
struct ToShow {
  std::vector<std::string_view> products;
  std::vector<std::string> languages;

  template <class Things>
  ToShow(const Things& things, std::span<const std::string> wanted) {
    if (wanted.empty()) return;
    for (const auto& thing : things) {
      if (thing.languages_size() < 2) continue;
      auto chosen = domain::Chosen(wanted, thing.languages());
      if (!chosen || *chosen == thing.languages(0)) continue;
      products.push_back(ProductIdOf(thing));
      languages.push_back(*std::move(chosen));
    }
  }
};

template <class Things, class Fill>
void Replace(Things&& things, std::vector<ShownText> texts, Fill fill) {
  std::map<std::string_view, ShownText*> by_product;
  for (auto& text : texts) by_product.emplace(text.product, &text);
  for (auto& thing : things) {
    const auto found = by_product.find(ProductIdOf(thing));
    if (found == by_product.end()) continue;
    thing.set_title(found->second->title);
    thing.set_text_language(found->second->language);
    fill(thing, *found->second);
  }
}

constexpr auto kOnlyTitle = [](auto&, const ShownText&) {};
constexpr auto kDescriptionToo = [](api::product::Product& product, const ShownText& text) {
  if (text.description.empty()) {
    product.clear_description();
  } else {
    product.set_description(text.description);
  }
};

}  // namespace

Task<ProductTranslation> Translations::Put(Work work, Change change, Viewer scope, std::string title,
                                           std::string description) {
  const auto put = [&](postgres::Tx& tx) -> Task<ProductTranslation> {
    const auto product = HeldToTranslate(
        co_await tx.Execute(kLockTranslated, change.product, scope.sellers, Everything(scope)), change);
    CheckPut(product, change.language);
    auto made = kTranslation.ReadAtMostOne(
        co_await tx.Execute(kPutTranslation, change.product, change.language, title, description));
    std::int64_t version = product.version;
    if (made) {
      version = (co_await TouchTranslated(tx, work, change.product)).version;
    } else {  // it was so before
      made = kTranslation.ReadOne(co_await tx.Execute(kFindTranslation, change.product, change.language));
    }
    made->set_etag(std::to_string(version));
    co_return *std::move(made);
  };
  co_return co_await database_.Transaction(work, put);
}

Task<> Translations::Remove(Work work, Change change, Viewer scope) {
  const auto remove = [&](postgres::Tx& tx) -> Task<> {
    HeldToTranslate(co_await tx.Execute(kLockTranslated, change.product, scope.sellers, Everything(scope)),
                    change);
    const auto gone = co_await tx.Execute(kDeleteTranslation, change.product, change.language);
    if (gone.AffectedRows() == 0) throw NotFound("the translation");
    co_await TouchTranslated(tx, work, change.product);
  };
  co_await database_.Transaction(work, remove);
}

Task<std::optional<api::product::ListTranslationsResponse>> Translations::List(Work work,
                                                                               domain::ProductId product,
                                                                               Viewer viewer) {
  const auto result =
      co_await database_.List(work, kListTranslations, product, viewer.sellers, Everything(viewer));
  if (result.empty()) co_return std::nullopt;
  api::product::ListTranslationsResponse response;
  for (const auto row : result) {
    const auto of = kOfProduct.Read(row, 0);
    if (!of.any) continue;
    auto& translation = *response.add_translations();
    kTranslation.ReadInto(translation, row, kOfProduct.kCount);
    translation.set_etag(std::to_string(of.version));
  }
  co_return response;
}

Task<> Translations::Show(Work work, api::product::Product& product, std::vector<std::string> languages) {
  const std::span one(&product, 1);
  const ToShow show(one, languages);
  if (show.products.empty()) co_return;
  Replace(one, kShownText.ReadAll(co_await database_.Read(work, kShowTexts, show.products, show.languages)),
          kDescriptionToo);
}

Task<> Translations::Show(Work work, std::span<api::product::Product> products,
                          std::vector<std::string> languages) {
  const ToShow show(products, languages);
  if (show.products.empty()) co_return;
  Replace(products,
          kShownText.ReadAll(co_await database_.List(work, kShowTexts, show.products, show.languages)),
          kDescriptionToo);
}

Task<> Translations::ShowTitles(Work work, std::span<api::product::Product> products,
                                std::vector<std::string> languages) {
  const ToShow show(products, languages);
  if (show.products.empty()) co_return;
  Replace(products,
          kShownTitle.ReadAll(co_await database_.List(work, kShowTitles, show.products, show.languages)),
          kOnlyTitle);
}

Task<> Translations::ShowTitles(Work work, api::product::GetOffersResponse& offers,
                                std::vector<std::string> languages) {
  const ToShow show(offers.offers(), languages);
  if (show.products.empty()) co_return;
  Replace(*offers.mutable_offers(),
          kShownTitle.ReadAll(co_await database_.Read(work, kShowTitles, show.products, show.languages)),
          kOnlyTitle);
}

}  // namespace market::product::storage
