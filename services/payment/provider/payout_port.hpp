// The port to whoever carries money to shops: the payment provider (sandbox_payouts.hpp), or a bank that takes files (sepa.hpp).
//
// Every payout has a key; the same key is the same payout, however often it is sent. As with charges an implementation never throws
// for what the other side or the network does. What was sent without an answer is asked for before it is sent again. Io thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/telemetry/work.hpp"
#include "services/payment/provider/provider.hpp"

namespace market::payment::provider {

struct Instruction {
  std::string key;
  Uuid payout;
  std::optional<Uuid> batch;  // of the file that it goes with
  Money amount;
  std::string holder;
  std::string iban;              // or
  std::string provider_account;  // that
  std::string bic;               // of the bank, where it is known
};

// Where a payout is, as the other side says.
struct PayoutTold {
  enum class Standing { kUnderWay, kPaid, kFailed, kReturned };
  Standing standing = Standing::kUnderWay;
  std::string id;    // what it is called there
  std::string code;  // why it failed or came back
};
using PayoutFound = std::variant<PayoutTold, Absent, Unknown>;
inline std::string_view Name(const PayoutFound& found) {
  static constexpr std::array<std::string_view, 3> kNames = {"done", "absent", "unknown"};
  return kNames.at(found.index());
}

class PayoutPort {
 public:
  virtual ~PayoutPort() = default;

  // What rows remember it by, for ever.
  virtual std::string_view Name() const = 0;
  // Whether it can carry such money there.
  virtual bool Pays(Currency currency, bool to_bank_account) const = 0;
  // Whether what is due goes together, in files.
  virtual bool GoesInFiles() const = 0;
  // Whether asking brings news of what it has; where not, an operator tells.
  virtual bool Tells() const = 0;

  // One payout, or all of a file. Done: it has them, Done::authorization is what it calls them.
  virtual Task<Result> Send(std::vector<Instruction> together, Work work) = 0;
  virtual Task<PayoutFound> Find(Instruction sought, Work work) = 0;
};

}  // namespace market::payment::provider
