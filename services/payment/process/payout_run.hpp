// Pays shops what they are due: when their day has come, or on demand; and finds out what became of it.
//
// The only code that talks to whoever carries the money. As with charges (charges.hpp): the key is made of the payout, what may have
// been sent is asked for before it is sent again, and what nobody has said is never assumed. A payout is a row with its entry in the
// ledger before anything is sent, and what the other side says is written from the version that was read: who was overtaken stops.
//
// Owner: the service. Io thread only. Throws what storage throws.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "services/payment/metrics.hpp"
#include "services/payment/provider/payout_port.hpp"
#include "services/payment/storage/bank_numbers.hpp"
#include "services/payment/storage/payout_accounts.hpp"
#include "services/payment/storage/payouts.hpp"

namespace market::payment {

// The least that is paid out, by currency.
class PayoutMinimums {
 public:
  // "1000" for every currency that has none of its own, "JPY=1500". Throws std::runtime_error that names what is wrong.
  explicit PayoutMinimums(const std::vector<std::string>& items);
  std::int64_t Of(Currency currency) const;  // at least 1

 private:
  std::int64_t other_minor_ = 1;
  std::map<std::string, std::int64_t, std::less<>> by_currency_;
};

class PayoutRun {
 public:
  struct Options {
    domain::PayoutSchedule schedule = domain::PayoutSchedule::kManual;
    PayoutMinimums minimums;
    std::chrono::milliseconds poll{10'000};  // until a payout is asked about for the first time
    std::chrono::milliseconds watch{std::chrono::days(14)};  // how long after it was paid one may come back
    std::chrono::milliseconds port_timeout{5000};
    std::chrono::milliseconds lease_margin{10'000};
  };

  // `ports`: the first one is for what begins now, the others finish what they have. All must outlive it.
  PayoutRun(storage::Payouts& payouts, storage::PayoutAccounts& accounts, const storage::BankNumbers& numbers,
            std::vector<provider::PayoutPort*> ports, const Clock& clock, Metrics& metrics, Options options)
      : payouts_(payouts),
        accounts_(accounts),
        numbers_(numbers),
        ports_(std::move(ports)),
        clock_(clock),
        metrics_(metrics),
        options_(std::move(options)) {}

  struct Wanted {
    domain::PayoutId id;
    SellerId seller;
    Currency currency;
    std::optional<std::int64_t> amount_minor;
    std::string trace;
  };
  // Throws Error PAYOUT_ACCOUNT_MISSING, PAYOUTS_HELD, NOTHING_TO_PAY_OUT, INVALID_ARGUMENT.
  Task<domain::Payout> OnDemand(Work work, Wanted wanted, audit::Act act);
  // By an operator, who knows. Throws Error NOT_FOUND, ILLEGAL_TRANSITION.
  Task<domain::Payout> Mark(Work work, domain::PayoutId id, domain::PayoutState to, audit::Act act);

  // For the workers: pays what is due where the day has come, and says when the next one is.
  Task<> Turn(Work work, storage::DueTurn turn);
  // Sends one, or asks what became of it.
  Task<> Advance(Work work, domain::Payout payout);

  // How long either may take at most.
  std::chrono::milliseconds Lease() const { return 3 * options_.port_timeout + options_.lease_margin; }

 private:
  provider::PayoutPort& PortOf(const domain::Payout& payout) const;
  provider::Instruction InstructionOf(const domain::Payout& payout) const;
  storage::PayoutDraft DraftOf(const domain::PayoutAccount& account, Currency currency) const;
  Task<> Send(Work work, domain::Payout payout);
  Task<provider::PayoutFound> Ask(Work work, const domain::Payout& payout);
  Task<> Hear(Work work, domain::Payout payout, const domain::PayoutNews& news);
  Task<> Later(Work work, domain::Payout payout);
  Task<bool> Write(Work work, domain::Payout& payout, domain::Payout after, const audit::Act* act = nullptr);
  std::optional<std::chrono::milliseconds> RunAfter(const domain::Payout& payout) const;

  storage::Payouts& payouts_;
  storage::PayoutAccounts& accounts_;
  const storage::BankNumbers& numbers_;
  const std::vector<provider::PayoutPort*> ports_;
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
};

}  // namespace market::payment
