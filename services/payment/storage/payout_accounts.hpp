// Where the money of shops goes. Every change goes on record and is told, in its transaction.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <optional>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/payment/domain/payout.hpp"

namespace market::payment::storage {

class PayoutAccounts {
 public:
  explicit PayoutAccounts(postgres::Database& database) : database_(database) {}

  Task<std::optional<domain::PayoutAccount>> Find(Work work, SellerId seller);
  // What it was, as its version says, becomes `target`; nothing when somebody else has changed it since (version 0: there was
  // none). Nothing is paid out for `hold` from then on.
  Task<std::optional<domain::PayoutAccount>> Change(Work work, SellerId seller, std::int64_t version,
                                                    domain::PayoutTarget target,
                                                    std::chrono::milliseconds hold, AccountId by,
                                                    audit::Act act);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
