// Invoices and credit notes as they were issued, and the issuing: number, document and event are one transaction, under
// the row lock of the part and then of the shop's counter. So numbers have no gap, and a document is issued once.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/order/domain/invoice.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order::storage {

// A calendar month by UTC: from then, and before then.
struct Month {
  Time from;
  Time until;
};

// Where a list of a shop's documents goes on.
struct InvoicePosition {
  Time issued_at;
  domain::InvoiceId id;
};

class Invoices {
 public:
  explicit Invoices(postgres::Database& database) : database_(database) {}

  // Whether the part has its invoice.
  Task<bool> Has(Work work, domain::SellerOrderId part);

  // Issues what the part still needs: its invoice, if `content` says what is on it and there is none yet, and once
  // there is one a credit note for each refund that needs one. Gives what this run has issued.
  Task<std::vector<domain::Invoice>> Issue(Work work, domain::SellerOrderId part,
                                           std::optional<domain::InvoiceContent> content);

  // Nothing when it does not exist or is not in scope.
  Task<std::optional<domain::Invoice>> Find(Work work, domain::InvoiceId id, Scope scope);

  // The lists are without contents, but for what is corrected.

  // Of a part, newest first, older than `before`; nothing when the part is not in scope.
  Task<std::optional<std::vector<domain::Invoice>>> ListOfPart(Work work, domain::SellerOrderId part,
                                                               Scope scope,
                                                               std::optional<domain::InvoiceId> before,
                                                               std::int64_t limit);
  // Of a shop, newest first.
  Task<std::vector<domain::Invoice>> ListOfSeller(Work work, SellerId seller, std::optional<Month> month,
                                                  std::optional<InvoicePosition> before, std::int64_t limit);
  // The same oldest first, with what is on them.
  Task<std::vector<domain::Invoice>> ListForBooks(Work work, SellerId seller, Month month,
                                                  std::optional<InvoicePosition> after, std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
