#include "services/product/storage/personal_data.hpp"

#include <array>

#include "platform/crypto/digest.hpp"
#include "platform/idempotency/forget.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

// What is for sale, and who moved its stock, is the shop's.
constexpr ComposedStatement kExport{"product.export_personal_data",
                                    "SELECT " + market::personal_data::kRecord + R"sql( FROM (
  SELECT 'review' AS kind, r.id::text AS id, jsonb_build_object('productId', r.product_id, 'sellerId', r.seller_id,
    'orderId', r.order_id, 'state', r.state, 'rating', r.rating, 'title', r.title, 'text', r.text, 'language', r.language,
    'authorName', r.author_name,
    'pictures', array_to_string(r.pictures, E'\n'), 'reply', r.reply, 'hiddenReason', r.hidden_reason, 'createTime', r.created_at) AS fields
  FROM review r WHERE r.account_id = $1
  UNION ALL
  SELECT 'content report', c.id::text, jsonb_build_object('productId', c.product_id, 'reviewId', c.review_id,
    'reason', c.reason, 'text', c.text, 'contactEmail', c.contact_email, 'state', c.state, 'decision', c.decision,
    'answer', c.answer, 'createTime', c.created_at)
  FROM content_report c WHERE c.account_id = $1)sql" +
                                        market::personal_data::kActs + market::personal_data::kPage};

// What is said to be illegal has to be looked into whoever said it.
constexpr Statement kEraseReporter{"product.erase_reporter", R"sql(
UPDATE content_report SET account_id = NULL, contact_email = '' WHERE account_id = $1)sql"};
constexpr Statement kEraseReportLimit{"product.erase_report_limit",
                                      "DELETE FROM report_limit WHERE digest = $1"};

}  // namespace

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<> PersonalData::Erase(Work work, AccountId account) {
  const auto reviews = co_await reviews_.Forget(work, account);
  const auto digest = crypto::Sha256(account.ToString());
  const auto erase = [&](postgres::Tx& tx) -> Task<> {
    Batch batch("product.erase_personal_data");
    batch.Add(kEraseReporter, account).Add(kEraseReportLimit, postgres::Bytes{digest});
    idempotency::AppendForget(batch, account);
    idempotency::AppendReopenNaming(batch, std::array{account.ToString()});
    const bool changed = market::personal_data::HasChanged(co_await tx.Execute(std::move(batch)));
    if (!changed && reviews == 0) co_return;
    Batch told("product.personal_data_erased");
    audit::Append(told, work,
                  market::personal_data::ErasureOf(
                      account, "product", "marketplace.product.v1.ProductService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, erase);
}

}  // namespace market::product::storage
