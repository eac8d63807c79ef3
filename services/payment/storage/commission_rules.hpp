// The rules by which the marketplace takes its commission.
#pragma once
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/payment/domain/commission.hpp"

namespace market::payment::storage {

class CommissionRules {
 public:
  explicit CommissionRules(postgres::Database& database) : database_(database) {}

  // Those that are published and valid then or later: few, as a marketplace writes them by hand.
  Task<std::vector<domain::CommissionRule>> Published(Work work, Time at);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
