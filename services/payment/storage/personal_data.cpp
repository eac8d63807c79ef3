#include "services/payment/storage/personal_data.hpp"

#include "platform/idempotency/forget.hpp"

namespace market::payment::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;

constexpr ComposedStatement kExport{"payment.export_personal_data",
                                    "SELECT " + market::personal_data::kRecord + R"sql( FROM (
  SELECT 'payment' AS kind, p.id::text AS id, jsonb_build_object('orderId', p.order_id, 'number', p.number,
    'state', p.state, 'method', p.payment_method, 'currency', p.currency, 'amount', p.amount_minor,
    'captured', p.captured_minor, 'refunded', p.refunded_minor, 'declineCode', nullif(p.decline_code, ''),
    'createTime', p.created_at, 'updateTime', p.updated_at) AS fields
  FROM payment p WHERE p.buyer_id = $1
  UNION ALL
  SELECT 'refund', r.id::text, jsonb_build_object('paymentId', r.payment_id, 'sellerOrderId', r.seller_order_id,
    'amount', r.amount_minor, 'currency', p.currency, 'state', r.state, 'reason', r.reason,
    'createTime', r.created_at, 'updateTime', r.updated_at)
  FROM refund r JOIN payment p ON p.id = r.payment_id WHERE p.buyer_id = $1)sql" +
                                        market::personal_data::kActs + market::personal_data::kPage};

}  // namespace

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<> PersonalData::Erase(Work work, AccountId account) {
  const auto erase = [&](postgres::Tx& tx) -> Task<> {
    Batch batch("payment.erase_personal_data");
    idempotency::AppendForget(batch, account);
    if (!market::personal_data::HasChanged(co_await tx.Execute(std::move(batch)))) co_return;
    Batch told("payment.personal_data_erased");
    audit::Append(told, work,
                  market::personal_data::ErasureOf(
                      account, "payment", "marketplace.payment.v1.PaymentService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, erase);
}

}  // namespace market::payment::storage
