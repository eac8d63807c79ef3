// What shops sold, day by day, counted from their parts of orders: a range of the index of a shop's orders, since ids of orders
// are ordered by time. Nothing is kept for it, so an order costs nothing more.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::storage {

struct SalesOfDay {
  std::chrono::sys_days day;  // of UTC
  std::int64_t orders = 0;
  std::int64_t units = 0;  // as they were bought
  std::int64_t gross_minor = 0;
  std::int64_t refunded_minor = 0;
};

class Sales {
 public:
  explicit Sales(postgres::Database& database) : database_(database) {}

  // Of `first` up to the day before `end`, in their order; days without sales are left out.
  Task<std::vector<SalesOfDay>> Of(Work work, SellerId seller, std::chrono::sys_days first,
                                   std::chrono::sys_days end, Currency currency);

 private:
  postgres::Database& database_;
};

// For the test of its plan.
postgres::Statement SalesStatement();

}  // namespace market::order::storage
