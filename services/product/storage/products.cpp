#include "services/product/storage/products.hpp"

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/new_offer.hpp"
#include "services/product/storage/product_pictures.hpp"
#include "services/product/storage/product_stand.hpp"
#include "services/product/storage/refusals.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;

// The offers that a product shows; the rest is in the list of its offers.
constexpr auto BestOffers(const auto& price, const auto& condition) {
  return "LEFT JOIN LATERAL (SELECT " + kChosenOffer + "FROM offer o " + price + kStockOfOffer +
         "WHERE o.product_id = p.id " + condition + "ORDER BY " + kSoldOut +
         ", r.currency, r.amount, o.id LIMIT 20) o ON true ";
}
static_assert(Products::kOffersShown == 20);
// As their shops see them.
constexpr auto kBestOffers = BestOffers(kOwnPrice, Sql{""});
constexpr auto kBestActiveOffers = BestOffers(PriceIn(Sql{"$4"}), Sql{"AND o.state = 'ACTIVE' "});
constexpr auto kByOffer = kGivenSoldOut + ", o.currency, o.amount, o.id";

// The hottest statement of the marketplace: two index look-ups and two per offer.
constexpr ComposedStatement kGetProduct{
    "product.get", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestActiveOffers +
                       "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR $3 OR p.seller_id = ANY($2)) "
                       "ORDER BY " +
                       kByOffer};

constexpr ComposedStatement kListOfSeller{
    "product.list_of_seller",
    "WITH page AS MATERIALIZED ("
    "  SELECT * FROM product WHERE seller_id = $1 AND id < $2 AND ($4::text IS NULL OR state = $4)"
    "  ORDER BY id DESC LIMIT $3) "
    "SELECT " +
        kProduct + ", " + kGivenOffer + " FROM page p " + kBestOffers + "ORDER BY p.id DESC, " + kByOffer};

// Two statements, so that each walks along an index of its own.
constexpr auto ByChange(const auto& of_state) {
  return "WITH page AS MATERIALIZED ("
         "  SELECT * FROM product WHERE " +
         of_state +
         " AND ($2::uuid IS NULL OR seller_id = $2)"
         "  AND (updated_at, id) > ($3::timestamptz, $4::uuid) ORDER BY updated_at, id LIMIT $5) "
         "SELECT " +
         kProduct + ", " + kGivenOffer + " FROM page p " + kBestOffers + "ORDER BY p.updated_at, p.id, " +
         kByOffer;
}
constexpr ComposedStatement kListAll{"product.list_all", ByChange(Sql{"$1::text IS NULL"})};
constexpr ComposedStatement kListOfState{"product.list_of_state", ByChange(Sql{"state = $1::text"})};

constexpr Statement kInsertProduct{
    "product.insert",
    "INSERT INTO product (id, operation_id, seller_id, category_id, title, description, attributes, "
    "pictures, safety, offers_by, language, languages) "
    "VALUES ($1, $2, $3, $4, $5, $6, jsonb_object($7::text[], $8::text[]), pictures_of($9::uuid[]), "
    "nullif(jsonb_object($10::text[], $11::text[]), '{}'), $12, $13, "
    "ARRAY(SELECT l FROM unnest($14::text[]) AS l ORDER BY l))"};
constexpr Statement kInsertTranslation{
    "product.insert_translation",
    "INSERT INTO product_translation (product_id, language, title, description) VALUES ($1, $2, $3, $4)"};

constexpr ComposedStatement kProductOfOperation{
    "product.of_operation", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestOffers +
                                "WHERE p.operation_id = $1 AND p.seller_id = $2 ORDER BY " + kByOffer};

constexpr ComposedStatement kLockProduct{"product.lock", "SELECT " + kProductStand +
                                                             " FROM product WHERE id = $1 "
                                                             "AND ($3 OR seller_id = ANY($2)) "
                                                             "FOR NO KEY UPDATE"};

struct Demand {
  bool offered = false;
};
constexpr Columns kDemand{
    Column{"EXISTS (SELECT FROM offer WHERE product_id = $1 AND state = 'ACTIVE')", &Demand::offered}};
constexpr ComposedStatement kIsOffered{"product.is_offered", "SELECT " + kDemand};

// What was published keeps its place among the newest.
constexpr ComposedStatement kSetState{
    "product.set_state",
    "UPDATE product SET state = $2, state_reason = $3, published_at = CASE WHEN $2 = 'PUBLISHED' "
    "THEN coalesce(published_at, market_now()) ELSE published_at END, updated_at = market_now(), "
    "version = version + 1 WHERE id = $1 RETURNING " +
        kProductStand};

constexpr Sql kEditable{"(title, description, category_id, attributes, pictures, safety, offers_by)"};
constexpr Sql kEdited{
    "(coalesce($2::text, title), coalesce($3::text, description), coalesce($4::uuid, category_id), "
    "CASE WHEN $5::text[] IS NULL THEN attributes ELSE jsonb_object($5::text[], $6::text[]) END, "
    "CASE WHEN $7::uuid[] IS NULL THEN pictures ELSE pictures_of($7::uuid[]) END, "
    "CASE WHEN $8::text[] IS NULL THEN safety ELSE nullif(jsonb_object($8::text[], $9::text[]), '{}') END, "
    "coalesce($10::text, offers_by))"};
constexpr ComposedStatement kUpdateProduct{
    "product.update", "UPDATE product SET " + kEditable + " = " + kEdited +
                          ", version = version + 1, updated_at = market_now() WHERE id = $1 AND " +
                          kEditable + " IS DISTINCT FROM " + kEdited + " RETURNING " + kProductStand};

constexpr ComposedStatement kReachedProduct{
    "product.reached", "SELECT " + kProduct + ", " + kGivenOffer + " FROM product p " + kBestOffers +
                           "WHERE p.id = $1 AND ($3 OR p.seller_id = ANY($2)) ORDER BY " + kByOffer};

struct ProductOwner {
  SellerId seller;
};
constexpr Columns kProductOwner{Column{"seller_id", &ProductOwner::seller}};
constexpr ComposedStatement kOwnerOfProduct{
    "product.owner", "SELECT " + kProductOwner + " FROM product WHERE id = $1 AND seller_id = ANY($2)"};

bool All(const Viewer& viewer) { return viewer.sees == Sees::kEverything; }

// `to` is where the act leads, if it leads anywhere.
Error IllegalTransition(domain::ProductAct act, domain::ProductState from) {
  auto error = NotInState(from);
  if (act != domain::ProductAct::kChange) error.WithMetadata("to", std::string(Name(domain::Target(act))));
  return error;
}

// What the marketplace asks beyond the product's state.
void CheckMoved(domain::ProductAct act, const Demand& demand, domain::Moderation moderation) {
  if (act == domain::ProductAct::kPublish && moderation == domain::Moderation::kAll) {
    throw Error(Code::kFailedPrecondition, "MODERATION_REQUIRED",
                "an operator looks at it first: propose the product instead");
  }
  if (domain::NeedsAnOffer(act) && !demand.offered) {
    throw Error(Code::kFailedPrecondition, "NO_ACTIVE_OFFER", "nobody offers the product yet");
  }
}

// What stays with the product of an operator's act: why it is not for everybody.
std::optional<std::string> StateReason(domain::ProductAct act, const std::optional<audit::Act>& record) {
  const bool says_why = act == domain::ProductAct::kRequestChanges || act == domain::ProductAct::kTakeDown;
  return says_why && record ? std::optional(record->reason) : std::nullopt;
}

audit::Act ProductRecord(audit::Act record, const domain::ProductId& id, const ProductStand& before,
                         const ProductStand& after) {
  record.target_type = "product";
  record.target_id = id.ToString();
  record.seller = after.seller;
  record.before["state"] = Name(before.state);
  record.after["state"] = Name(after.state);
  return record;
}

std::vector<std::string_view> LanguagesOf(
    const google::protobuf::RepeatedPtrField<api::product::TranslationDraft>& translations) {
  std::vector<std::string_view> languages;
  for (const auto& said : translations) languages.emplace_back(said.language());
  return languages;
}

// No arrays where the object stays as it is.
struct OptionalPairs {
  template <class Object>
  explicit OptionalPairs(const std::optional<Object>& object) {
    if (!object) return;
    TextMapColumns columns(*object);
    keys = std::move(columns.keys);
    values = std::move(columns.values);
  }
  std::optional<std::vector<std::string_view>> keys;
  std::optional<std::vector<std::string_view>> values;
};

api::product::Product OnlyProduct(const postgres::Result& result) {
  auto products = ReadProducts(kProduct, result, EtagOf::kAllShown);
  if (products.empty()) throw NotFound("the product");
  return std::move(products.front());
}

}  // namespace

const std::string& Products::LanguageOf(const api::product::CreateProductRequest& request) const {
  return request.language().empty() ? language_ : request.language();
}

Task<std::optional<api::product::Product>> Products::Get(Work work, domain::ProductId id, Viewer viewer,
                                                         Currency currency) {
  const auto result = co_await database_.Read(work, kGetProduct, id, viewer.sellers, All(viewer), currency);
  if (result.empty()) co_return std::nullopt;
  co_return OnlyProduct(result);
}

Task<std::vector<api::product::Product>> Products::ListOfSeller(Work work, SellerId seller,
                                                                std::optional<domain::ProductState> state,
                                                                std::optional<domain::ProductId> after,
                                                                int limit) {
  const auto start =
      after.value_or(domain::ProductId(Uuid::Parse("ffffffff-ffff-ffff-ffff-ffffffffffff").value()));
  co_return ReadProducts(kProduct, co_await database_.List(work, kListOfSeller, seller, start, limit, state),
                         EtagOf::kVersion);
}

Task<std::vector<api::product::Product>> Products::ListMatching(Work work, Filter filter,
                                                                std::optional<Position> after, int limit) {
  const auto start = after.value_or(Position());
  const Statement list = filter.state ? Statement(kListOfState) : Statement(kListAll);
  co_return ReadProducts(
      kProduct,
      co_await database_.List(work, list, filter.state, filter.seller, start.updated_at, start.id, limit),
      EtagOf::kVersion);
}

Task<api::product::Product> Products::Create(Work work, Uuid operation_id,
                                             api::product::CreateProductRequest request) {
  const auto id = domain::ProductId::New();
  const auto seller = SellerId::From(request.seller_id());
  const TextMapColumns attributes(request.attributes());
  const TextMapColumns safety(request.product_safety());
  std::vector<domain::PictureId> pictures;
  for (const auto& picture : request.picture_ids()) pictures.push_back(domain::PictureId::From(picture));
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Product> {
    if (!pictures.empty())
      RequireOwnPictures(co_await tx.Execute(kHoldPictures, pictures), pictures, seller, "pictureIds");
    Batch batch("product.create");
    batch.Add(kInsertProduct, id, operation_id, seller, domain::CategoryId::From(request.category_id()),
              request.title(), request.description(), attributes.keys, attributes.values, pictures,
              safety.keys, safety.values, OffersByFrom(request.offers_by()), LanguageOf(request),
              LanguagesOf(request.translations()));
    for (const auto& said : request.translations())
      batch.Add(kInsertTranslation, id, said.language(), said.title(), said.description());
    if (!pictures.empty()) batch.Add(kAddPictures, id, pictures);
    events::Append(batch, work, ProductCreatedEvent(id, seller));
    for (const auto& offer : request.offers())
      AddOffer(batch, work, domain::OfferId::New(), id, seller, offer);
    batch.Add(kReachedProduct, id, std::array{seller}, false);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return OnlyProduct(results.back());
  };
  try {
    co_return co_await database_.Transaction(work, insert);
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("offer_sku_per_seller")) throw SkuTaken();
    if (error.IsUniqueViolation("offer_options_once")) throw OptionsTaken();
    if (error.Is("23503")) throw NotFound("the category");
    if (!error.IsUniqueViolation("product_operation")) throw;
  }
  co_return OnlyProduct(co_await database_.Read(work, kProductOfOperation, operation_id, seller));
}

Task<api::product::Product> Products::Update(Work work, domain::ProductId id, Viewer scope,
                                             ProductEdit edit) {
  const OptionalPairs attributes(edit.attributes);
  const OptionalPairs safety(edit.safety);
  const auto update = [&](postgres::Tx& tx) -> Task<api::product::Product> {
    std::optional<postgres::Result> held;
    if (edit.pictures) held.emplace(co_await tx.Execute(kHoldPictures, *edit.pictures));
    const auto before =
        kProductStand.ReadAtMostOne(co_await tx.Execute(kLockProduct, id, scope.sellers, All(scope)));
    if (!before) throw NotFound("the product");
    if (edit.if_version && *edit.if_version != before->version) {
      throw ProductChangedMeanwhile();
    }
    if (!domain::After(domain::ProductAct::kChange, before->state)) {
      throw IllegalTransition(domain::ProductAct::kChange, before->state);
    }
    if (held) RequireOwnPictures(*held, *edit.pictures, before->seller, "product.pictureIds");
    Batch batch("product.update");
    batch.Add(kUpdateProduct, id, edit.title, edit.description, edit.category, attributes.keys,
              attributes.values, edit.pictures, safety.keys, safety.values, edit.offers_by);
    if (edit.pictures) batch.Add(kClearPictures, id).Add(kAddPictures, id, *edit.pictures);
    batch.Add(kReachedProduct, id, scope.sellers, All(scope));
    const auto results = co_await tx.Execute(std::move(batch));
    auto product = OnlyProduct(results.back());
    const auto changed = kProductStand.ReadAtMostOne(results.front());
    if (!changed) co_return product;  // it was so before
    Batch told("product.changed");
    events::Append(told, work, ProductChangedEvent(id, changed->seller, changed->version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return product;
  };
  try {
    co_return co_await database_.Transaction(work, update);
  } catch (const SqlError& error) {
    if (error.Is("23503")) throw NotFound("the category");
    throw;
  }
}

Task<api::product::Product> Products::Do(Work work, domain::ProductAct act, domain::ProductId id,
                                         Viewer scope, std::optional<audit::Act> record) {
  const auto move = [&](postgres::Tx& tx) -> Task<api::product::Product> {
    Batch look("product.look");
    look.Add(kLockProduct, id, scope.sellers, All(scope)).Add(kIsOffered, id);
    const auto found = co_await tx.Execute(std::move(look));
    const auto before = kProductStand.ReadAtMostOne(found[0]);
    if (!before) throw NotFound("the product");
    const auto demand = kDemand.ReadOne(found[1]);
    const auto done =
        act == domain::ProductAct::kRestore
            ? domain::Restoring({.was_published = before->was_published, .offered = demand.offered},
                                moderation_)
            : act;
    const auto next = domain::After(done, before->state);
    if (!next) throw IllegalTransition(done, before->state);
    if (*next == before->state) {
      co_return OnlyProduct(co_await tx.Execute(kReachedProduct, id, scope.sellers, All(scope)));
    }
    CheckMoved(done, demand, moderation_);

    const auto reason = StateReason(done, record);
    Batch batch("product.move");
    batch.Add(kSetState, id, *next, reason).Add(kReachedProduct, id, scope.sellers, All(scope));
    const auto results = co_await tx.Execute(std::move(batch));
    const auto after = kProductStand.ReadOne(results.front());
    Batch told("product.moved");
    if (record) audit::Append(told, work, ProductRecord(*record, id, *before, after));
    events::Append(told, work,
                   ProductStateChangedEvent({.product = id,
                                             .seller = after.seller,
                                             .from = StateOf(before->state),
                                             .state = StateOf(after.state),
                                             .reason = reason.value_or(""),
                                             .title = after.title,
                                             .version = after.version}));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return OnlyProduct(results.back());
  };
  co_return co_await database_.Transaction(work, move);
}

Task<std::optional<SellerId>> Products::SellerOf(Work work, domain::ProductId id, SellerScope scope) {
  const auto owner = kProductOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfProduct, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

}  // namespace market::product::storage
