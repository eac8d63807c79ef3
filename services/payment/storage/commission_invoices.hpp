// Commission invoices: which months are to be billed, the documents as they were issued, and their numbers.
//
// Owner: the service; io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/payment/domain/commission_invoice.hpp"

namespace market::payment::storage {

// A month that is over in which a shop was charged commission in a currency, and that nothing bills.
struct MonthToBill {
  std::string month;
  SellerId seller;
  Currency currency;
};

class CommissionInvoices {
 public:
  explicit CommissionInvoices(postgres::Database& database) : database_(database) {}

  // Of months that have been over for that long; the oldest first, after that one.
  Task<std::vector<MonthToBill>> ToBill(Work work, std::chrono::milliseconds over,
                                        std::optional<MonthToBill> after, std::int64_t limit);
  // The document of a month, with the next number of its kind, its event, and the month marked as billed, in one transaction; nothing
  // when somebody else has billed it.
  Task<std::optional<domain::CommissionInvoice>> Issue(Work work, MonthToBill month, Party marketplace,
                                                       Party shop);

  // Of one of these shops, or with nothing of any.
  Task<std::optional<domain::CommissionInvoice>> Find(Work work, domain::CommissionInvoiceId id,
                                                      std::optional<std::vector<SellerId>> sellers);
  // Newest first, without what stands on them.
  Task<std::vector<domain::CommissionInvoice>> List(Work work, SellerId seller,
                                                    std::optional<domain::CommissionInvoiceId> before,
                                                    std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
