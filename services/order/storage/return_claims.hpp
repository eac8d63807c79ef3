// Claims of returns on pictures that user keeps (0006_returns.sql has the rules; ADR 47).
//
// Begin, then user is asked to keep pictures, then Returns writes the return and makes the claim due. In the end SettleDue
// tells user. So no return shows what is not kept, and whatever breaks, nothing is kept for long that no return shows.
// Owner: the service; io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::storage {

class ReturnClaims {
 public:
  explicit ReturnClaims(postgres::Database& database) : database_(database) {}

  // A new one, due so long after the last request of its kind must have ended.
  Task<std::int64_t> Begin(Work work, domain::ReturnId coming);

  struct Settled {
    domain::ReturnId coming;
    std::int64_t number = 0;
    std::vector<std::string> shown;  // as a return keeps them; none of one that is not there
  };
  // What the return of the claim shows that has been due for the longest time: `tell` is called, and the claim goes when it
  // comes back. False: none is due. Two at once never take the same.
  Task<bool> SettleDue(Work work, std::function<Task<>(Settled)> tell);

  // For the transaction that writes the return. Throws Error UNAVAILABLE where the claim was settled meanwhile.
  static Task<> Use(postgres::Tx& tx, std::int64_t number);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
