#include "services/payment/workers/commission_invoices.hpp"

#include <exception>
#include <utility>

#include "platform/core/error.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kBillLimit{5};
constexpr std::int64_t kBillsOfRound = 50;
const telemetry::Span kNoSpanOfBills;

}  // namespace

CommissionInvoicing::CommissionInvoicing(storage::CommissionInvoices& invoices, ShopTraders& traders,
                                         Options options)
    : invoices_(invoices),
      traders_(traders),
      options_(std::move(options)),
      issuing_({.name = "payment.commission_invoices", .period = options_.poll}, [this] { return Issue(); }) {
}

Task<runtime::Every::Next> CommissionInvoicing::Issue() {
  auto due = co_await invoices_.ToBill(runtime::After(kBillLimit), options_.over, after_, kBillsOfRound);
  after_.reset();
  std::exception_ptr failure;
  for (const auto& month : due) {
    try {
      co_await Bill(month);
    } catch (const Error&) {
      failure = std::current_exception();
    }
  }
  // The next round begins behind those that could not be billed, and the one after the last begins anew.
  const bool more = std::ssize(due) == kBillsOfRound;
  if (more) after_ = std::move(due.back());
  if (failure) std::rethrow_exception(failure);
  co_return more ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

Task<> CommissionInvoicing::Bill(const storage::MonthToBill& month) {
  auto call = CallContext::ForWork(kBillLimit, kNoSpanOfBills);
  auto shop = co_await traders_.Of(call, month.seller);
  co_await invoices_.Issue(call, month, options_.marketplace, std::move(shop));
}

}  // namespace market::payment
