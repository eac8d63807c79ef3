// Issues commission invoices when a month has been over for a while, so that whatever was booked in it is committed.
//
// Any number of replicas may run it: a month is billed by one transaction, and who comes second takes no number. A shop that can't be
// billed now (user does not know it, or is away) stops no other; it comes again in the next round. Io thread only.
#pragma once
#include <chrono>
#include <optional>

#include "platform/runtime/every.hpp"
#include "services/payment/process/shop_traders.hpp"
#include "services/payment/storage/commission_invoices.hpp"

namespace market::payment {

class CommissionInvoicing {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::chrono::milliseconds over{std::chrono::hours(1)};
    Party marketplace = {};
  };

  CommissionInvoicing(storage::CommissionInvoices& invoices, ShopTraders& traders, Options options);

  runtime::Every& Issuing() { return issuing_; }

 private:
  Task<runtime::Every::Next> Issue();
  // Throws what keeps it from being billed.
  Task<> Bill(const storage::MonthToBill& month);

  storage::CommissionInvoices& invoices_;
  ShopTraders& traders_;
  const Options options_;
  std::optional<storage::MonthToBill> after_;  // where the round before ended, while there is more
  runtime::Every issuing_;
};

}  // namespace market::payment
