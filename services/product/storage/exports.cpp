#include "services/product/storage/exports.hpp"

#include "services/product/storage/own_offer.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

struct NameInUse {
  std::string name;
};
constexpr Columns kNameInUse{Column{"n.name", &NameInUse::name}};
constexpr ComposedStatement kAttributesInUse{"export.attributes", "SELECT " + kNameInUse + R"sql( FROM (
  SELECT DISTINCT jsonb_object_keys(attributes) COLLATE "C" AS name FROM product
  WHERE seller_id = $1 AND ($2::text IS NULL OR state = $2)) n ORDER BY n.name LIMIT $3)sql"};
constexpr ComposedStatement kOptionsInUse{"export.options", "SELECT " + kNameInUse + R"sql( FROM (
  SELECT DISTINCT jsonb_object_keys(o.options) COLLATE "C" AS name FROM product p
  JOIN offer o ON o.product_id = p.id AND o.seller_id = p.seller_id
  WHERE p.seller_id = $1 AND ($2::text IS NULL OR p.state = $2)) n ORDER BY n.name LIMIT $3)sql"};

constexpr ComposedStatement kExportRows{
    "export.rows",
    "SELECT " + kProduct + ", " + kWholeOffer +
        " FROM product p LEFT JOIN offer o ON o.product_id = p.id AND o.seller_id = p.seller_id LEFT " +
        kOwnPrice + kStockOfOffer + kPricesOfOffer +
        "WHERE p.seller_id = $1 AND ($2::text IS NULL OR p.state = $2) AND p.id <= $3 "
        "AND (p.id < $3 OR o.id > $4::uuid) ORDER BY p.id DESC, o.id LIMIT $5"};

std::vector<std::string> TextsOf(const postgres::Result& result) {
  std::vector<std::string> texts;
  for (auto& one : kNameInUse.ReadAll(result)) texts.push_back(std::move(one.name));
  return texts;
}

}  // namespace

Task<ExportNames> Exports::Names(Work work, ExportFilter filter, int limit) {
  Batch batch("export.names");
  batch.Add(kAttributesInUse, filter.seller, filter.state, limit)
      .Add(kOptionsInUse, filter.seller, filter.state, limit);
  const auto found = co_await database_.List(work, std::move(batch));
  co_return ExportNames{.attributes = TextsOf(found[0]), .options = TextsOf(found[1])};
}

Task<std::vector<ExportedRow>> Exports::List(Work work, ExportFilter filter,
                                             std::optional<ExportPosition> after, int limit) {
  const auto start = after.value_or(ExportPosition{
      .product = domain::ProductId(Uuid::Parse("ffffffff-ffff-ffff-ffff-ffffffffffff").value()),
      .offer = {}});
  const auto result = co_await database_.List(work, kExportRows, filter.seller, filter.state, start.product,
                                              start.offer, limit);
  std::vector<ExportedRow> rows;
  for (const auto row : result) {
    auto& exported = rows.emplace_back();
    kProduct.ReadInto(exported.product, row, 0);
    if (!kFirstColumn.Read(row, kProduct.kCount).id) continue;
    kWholeOffer.ReadInto(exported.offer.emplace(), row, kProduct.kCount);
  }
  co_return rows;
}

}  // namespace market::product::storage
