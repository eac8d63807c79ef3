#include "services/product/storage/personal_data.hpp"

#include "platform/idempotency/forget.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;

// Acts alone: what is for sale, and who moved its stock, is the shop's.
constexpr ComposedStatement kExport{
    "product.export_personal_data",
    "SELECT " + market::personal_data::kRecord +
        " FROM (SELECT '' AS kind, '' AS id, '{}'::jsonb AS fields WHERE false" +
        market::personal_data::kActs + market::personal_data::kPage};

}  // namespace

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<> PersonalData::Erase(Work work, AccountId account) {
  const auto erase = [&](postgres::Tx& tx) -> Task<> {
    Batch batch("product.erase_personal_data");
    idempotency::AppendForget(batch, account);
    if (!market::personal_data::HasChanged(co_await tx.Execute(std::move(batch)))) co_return;
    Batch told("product.personal_data_erased");
    audit::Append(told, work,
                  market::personal_data::ErasureOf(
                      account, "product", "marketplace.product.v1.ProductService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, erase);
}

}  // namespace market::product::storage
