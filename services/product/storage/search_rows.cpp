#include "services/product/storage/search_rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/sql.hpp"
#include "services/product/storage/prices.hpp"

namespace market::product::storage {
namespace {

using index::Document;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

void AssignAttributes(std::vector<index::Attribute>& field, std::string_view json) {
  if (json == "{}") return;
  for (const auto& [name, value] : boost::json::parse(json).as_object()) {
    field.emplace_back(std::string(name), std::string(value.as_string()));
  }
}

constexpr Columns kDocument{
    Column{"p.id", &Document::id}, Column{"p.seller_id", &Document::seller},
    Column{"p.category_id", &Document::category}, Column{"p.title", &Document::title},
    Column{"p.description", &Document::text}, Column{"p.language", &Document::language},
    Column{"t.languages", &Document::translations, &index::Translation::language},
    Column{"t.titles", &Document::translations, &index::Translation::title},
    Column{"t.texts", &Document::translations, &index::Translation::text},
    Column{"p.attributes",
           [](Document& document, std::string_view json) { AssignAttributes(document.attributes, json); }},
    Column{"(extract(epoch FROM p.published_at) * 1000000)::bigint", &Document::published_us},
    // Half up, as what a product shows of it.
    Column{
        "CASE WHEN p.rating_count > 0 THEN (200 * p.rating_sum + p.rating_count) / (2 * p.rating_count) END",
        [](Document& document, std::optional<std::int64_t> hundredths) {
          document.rating_hundredths = static_cast<std::uint16_t>(hundredths.value_or(0));
        }},
    Column{"o.sellers", &Document::offers, &index::Offer::seller},
    Column{"o.skus", &Document::offers, &index::Offer::sku},
    Column{"o.prices", &Document::offers, &index::Offer::price},
    Column{"o.currencies", &Document::offers, &index::Offer::currency},
    Column{"o.in_stock", &Document::offers, &index::Offer::in_stock},
    Column{"o.options", [](Document& document, std::optional<std::vector<std::string>> options) {
             for (std::size_t i = 0; options && i < options->size(); ++i) {
               AssignAttributes(document.offers.at(i).options, options->at(i));
             }
           }}};
constexpr auto kFrom =
    "SELECT " + kDocument +
    Sql{" FROM product p "
        "LEFT JOIN LATERAL (SELECT array_agg(o.seller_id ORDER BY o.id, r.currency) AS sellers,"
        "  array_agg(o.sku ORDER BY o.id, r.currency) AS skus,"
        "  array_agg(r.amount ORDER BY o.id, r.currency) AS prices,"
        "  array_agg(r.currency ORDER BY o.id, r.currency) AS currencies,"
        "  array_agg(o.options::text ORDER BY o.id, r.currency) AS options,"
        "  array_agg(EXISTS (SELECT FROM stock WHERE offer_id = o.id AND on_hand > reserved)"
        "    ORDER BY o.id, r.currency) AS in_stock"
        "  FROM offer o JOIN price_period r ON r.offer_id = o.id AND "} +
    kApplies +
    Sql{"  WHERE o.product_id = p.id AND o.state = 'ACTIVE') o ON true "
        "LEFT JOIN LATERAL (SELECT array_agg(t.language ORDER BY t.language) AS languages,"
        "  array_agg(t.title ORDER BY t.language) AS titles, array_agg(t.description ORDER BY t.language) AS "
        "texts"
        "  FROM product_translation t WHERE t.product_id = p.id AND p.languages <> '{}') t ON true "
        "WHERE p.state = 'PUBLISHED' AND "};
constexpr ComposedStatement kPage{"search.index_page", kFrom + "p.id > $1 ORDER BY p.id LIMIT $2"};
constexpr ComposedStatement kSome{"search.index_some", kFrom + "p.id = ANY ($1::uuid[])"};

struct Edge {
  domain::CategoryId category;
  std::optional<domain::CategoryId> above;
};
constexpr Columns kEdge{Column{"id", &Edge::category}, Column{"parent_id", &Edge::above}};
constexpr ComposedStatement kTree{"search.index_categories", "SELECT " + kEdge + " FROM category"};

struct ProductOnly {
  domain::ProductId id;
};
constexpr Columns kProductOfOffer{Column{"product_id", &ProductOnly::id}};
constexpr Columns kProductOfSeller{Column{"id", &ProductOnly::id}};
constexpr ComposedStatement kOfOffers{
    "search.index_of_offers",
    "SELECT DISTINCT " + kProductOfOffer + " FROM offer WHERE id = ANY ($1::uuid[])"};
constexpr ComposedStatement kOfSellers{
    "search.index_of_sellers", "SELECT " + kProductOfSeller +
                                   " FROM product WHERE seller_id = ANY ($1::uuid[]) AND state = 'PUBLISHED' "
                                   "AND id > $2 ORDER BY id LIMIT $3"};

using Place = SearchRows::Place;
struct Turn {
  Place at;
  domain::OfferId offer;
};
constexpr Columns kTurn{Column{"xid", &Turn::at, &Place::xid}, Column{"id", &Turn::at, &Place::id},
                        Column{"offer_id", &Turn::offer}};
constexpr Columns kTurnsEnd{Column{"now.oldest", &Place::xid}};
constexpr ComposedStatement kNewestTurn{
    "search.turns_newest",
    "SELECT " + kTurnsEnd + " FROM pg_snapshot_xmin(pg_current_snapshot()) now (oldest)"};
constexpr ComposedStatement kTurnsAfter{
    "search.turns", "SELECT " + kTurn +
                        " FROM stock_turn WHERE (xid, id) > ($1::xid8, $2::bigint) "
                        "AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id LIMIT $3"};
using Moment = SearchRows::Moment;
constexpr Columns kMoment{Column{"at", &Moment::at}, Column{"offer_id", &Moment::offer}};
constexpr ComposedStatement kMomentsAfter{
    "search.moments",
    "SELECT " + kMoment +
        " FROM ("
        "(SELECT starts_at AS at, offer_id FROM price_period WHERE starts_at > set_at AND starts_at <= "
        "market_now()"
        "  AND (starts_at, offer_id) > ($1::timestamptz, $2::uuid) ORDER BY starts_at, offer_id LIMIT $3) "
        "UNION ALL "
        "(SELECT ends_at, offer_id FROM price_period WHERE ends_at < 'infinity' AND ends_at <= market_now()"
        "  AND (ends_at, offer_id) > ($1::timestamptz, $2::uuid) ORDER BY ends_at, offer_id LIMIT $3)) "
        "passed "
        "ORDER BY at, offer_id LIMIT $3"};
constexpr Columns kNow{Column{"now.at", &Moment::at}};
constexpr ComposedStatement kReadNow{"search.now", "SELECT " + kNow + " FROM market_now() now (at)"};
// Whoever reads them does so every second.
constexpr Statement kForgetTurns{
    "search.turns_forget",
    "DELETE FROM stock_turn WHERE (xid, id) IN (SELECT xid, id FROM stock_turn "
    "WHERE at < market_now() - interval '1 hour' ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)"};

std::vector<domain::ProductId> IdsOf(const auto& columns, const postgres::Result& result) {
  std::vector<domain::ProductId> ids;
  for (const auto& row : columns.ReadAll(result)) ids.push_back(row.id);
  return ids;
}

}  // namespace

Task<std::vector<Document>> SearchRows::Page(Work work, domain::ProductId after, int limit) {
  co_return kDocument.ReadAll(co_await database_.List(work, kPage, after, limit));
}

Task<std::vector<Document>> SearchRows::Read(Work work, std::vector<domain::ProductId> ids) {
  co_return kDocument.ReadAll(co_await database_.List(work, kSome, ids));
}

Task<index::CategoryTree> SearchRows::Categories(Work work) {
  index::CategoryTree tree;
  for (const auto& edge : kEdge.ReadAll(co_await database_.List(work, kTree))) {
    tree[edge.category] = edge.above.value_or(domain::CategoryId());
  }
  co_return tree;
}

Task<std::vector<domain::ProductId>> SearchRows::ProductsOf(Work work, std::vector<domain::OfferId> offers) {
  co_return IdsOf(kProductOfOffer, co_await database_.List(work, kOfOffers, offers));
}

Task<std::vector<domain::ProductId>> SearchRows::ProductsOf(Work work, std::vector<SellerId> sellers,
                                                            domain::ProductId after, int limit) {
  co_return IdsOf(kProductOfSeller, co_await database_.List(work, kOfSellers, sellers, after, limit));
}

Task<Place> SearchRows::NewestTurn(Work work) {
  co_return kTurnsEnd.ReadOne(co_await database_.List(work, kNewestTurn));
}

Task<SearchRows::Turns> SearchRows::TurnsAfter(Work work, Place after, int limit) {
  Turns turns{.next = after};
  for (const auto& turn :
       kTurn.ReadAll(co_await database_.List(work, kTurnsAfter, after.xid, after.id, limit))) {
    turns.offers.push_back(turn.offer);
    turns.next = turn.at;
  }
  turns.more = std::ssize(turns.offers) == limit;
  co_return turns;
}

Task<Moment> SearchRows::Now(Work work) { co_return kNow.ReadOne(co_await database_.List(work, kReadNow)); }

Task<SearchRows::Moments> SearchRows::MomentsAfter(Work work, Moment after, int limit) {
  Moments moments{.next = after};
  for (const auto& moment :
       kMoment.ReadAll(co_await database_.List(work, kMomentsAfter, after.at, after.offer, limit))) {
    moments.offers.push_back(moment.offer);
    moments.next = moment;
  }
  moments.more = std::ssize(moments.offers) == limit;
  co_return moments;
}

Task<std::int64_t> SearchRows::ForgetTurns(Work work, int limit) {
  const auto result = co_await database_.Write(work, kForgetTurns, limit);
  co_return static_cast<std::int64_t>(result.AffectedRows());
}

}  // namespace market::product::storage
