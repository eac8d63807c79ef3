// A shop's statement of a month (UTC): what it had with the marketplace, what moved that, and what it was then. Plain values; minor
// units; signs are the shop's: positive is what it gets.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "platform/core/money.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

struct StatementLine {
  LedgerCause cause = LedgerCause::kCapture;
  std::int64_t entries = 0;
  std::int64_t amount_minor = 0;
};

// In one currency: the opening balance and the lines come to the closing one.
struct StatementBalance {
  Currency currency;
  std::int64_t opening_minor = 0;
  std::vector<StatementLine> lines = {};
  std::int64_t closing_minor = 0;
};

struct Statement {
  std::chrono::year_month month;
  std::vector<StatementBalance> balances;
};

}  // namespace market::payment::domain
