#include "services/payment/storage/rows.hpp"

namespace market::payment::storage {
namespace {

// array_agg over no rows is null.
void ReadSplits(const postgres::Row& row, domain::Payment& payment) {
  if (row.IsNull(16)) return;
  const auto parts = row.UuidArray(16);
  const auto sellers = row.UuidArray(17);
  const auto amounts = row.IntArray(18);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    payment.splits.push_back({domain::SellerOrderId(parts[i]), SellerId(sellers.at(i)), amounts.at(i)});
  }
}

void ReadAttempts(const postgres::Row& row, domain::Payment& payment) {
  if (row.IsNull(19)) return;
  const auto operations = row.TextArray(19);
  const auto numbers = row.IntArray(20);
  const auto parts = row.TextArray(21);
  const auto states = row.TextArray(22);
  const auto codes = row.TextArray(23);
  const auto times = row.IntArray(24);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    payment.attempts.push_back({.operation = domain::OperationFrom(operations[i]),
                                .number = static_cast<int>(numbers.at(i)),
                                .seller_order = parts.at(i).empty() ? domain::SellerOrderId()
                                                                    : domain::SellerOrderId::From(parts[i]),
                                .state = domain::ProgressFrom(states.at(i)),
                                .code = codes.at(i),
                                .created_at = Time(std::chrono::microseconds(times.at(i)))});
  }
}

void ReadRefunds(const postgres::Row& row, domain::Payment& payment) {
  if (row.IsNull(25)) return;
  const auto parts = row.UuidArray(25);
  const auto amounts = row.IntArray(26);
  const auto states = row.TextArray(27);
  const auto reasons = row.TextArray(28);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    payment.refunds.push_back(
        {domain::SellerOrderId(parts[i]), amounts.at(i), domain::ProgressFrom(states.at(i)), reasons.at(i)});
  }
}

}  // namespace

domain::Payment ReadPayment(const postgres::Row& row) {
  domain::Payment payment;
  payment.id = row.GetId<domain::PaymentId>(0);
  payment.order = row.GetId<domain::OrderId>(1);
  payment.buyer = row.OptionalId<AccountId>(2);
  if (const auto currency = row.OptionalText(3)) payment.currency = Currency::Parse(*currency);
  payment.amount_minor = row.Int(4);
  payment.authorized_minor = row.Int(5);
  payment.captured_minor = row.Int(6);
  payment.refunded_minor = row.Int(7);
  payment.method = row.Text(8);
  payment.authorization = row.Text(9);
  payment.state = domain::StateFrom(row.Text(10));
  payment.decline_code = row.Text(11);
  payment.version = row.Int(12);
  payment.asks = static_cast<int>(row.Int(13));
  payment.created_at = row.GetTime(14);
  payment.updated_at = row.GetTime(15);
  payment.trace = row.Text(29);
  ReadSplits(row, payment);
  ReadAttempts(row, payment);
  ReadRefunds(row, payment);
  return payment;
}

}  // namespace market::payment::storage
