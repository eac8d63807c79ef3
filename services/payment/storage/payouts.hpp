// Payouts, what they pay, and whose turn it is.
//
// A claim holds the shop's turn of that currency: two of them never see the same postings. What the shop is due is the sum of its
// postings on seller_available that no payout has; a claim takes all of them, whatever it is asked for, and books what it keeps
// back as a posting for the next one. A posting that is committed during a claim is either in it or left for the next.
//
// Every other write names the version it was made from and does nothing, returning false, when somebody else has written since.
// Owner: the service; `database` must outlive it. Io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/payment/domain/payout.hpp"
#include "services/payment/storage/ledger.hpp"

namespace market::payment::storage {

// What a payout begins with.
struct PayoutDraft {
  domain::PayoutId id;
  SellerId seller;
  Currency currency;
  std::optional<std::int64_t> amount_minor;  // without it all that the shop is due
  std::int64_t minimum_minor = 1;            // less is never paid out
  bool on_demand = false;
  domain::PayoutTarget target;
  std::string port;
  std::string trace;
};
// The shop is due less than that; it may owe.
struct TooLittle {
  std::int64_t available_minor = 0;
};

// A booking that a payout pays.
struct PayoutLine {
  EntryId entry;
  int position = 0;
  std::string cause;
  Uuid cause_id;
  std::int64_t amount_minor = 0;  // what the shop gets of it
  Time booked_at;
};

struct PayoutsWanted {
  std::optional<std::vector<SellerId>> scope;  // none: of every shop
  std::optional<SellerId> seller;
  std::optional<domain::PayoutState> state;
  std::optional<Currency> currency;
};

// A row that is the caller's for a while, with what is needed to give it back unread.
struct DuePayout {
  domain::PayoutId id;
  std::int64_t version = 1;
  std::uint32_t asks = 0;
  std::uint32_t failures = 0;
};
struct DueTurn {
  SellerId seller;
  Currency currency;
  bool planned = false;
  std::int64_t version = 1;
  std::uint32_t failures = 0;
};

class Payouts {
 public:
  explicit Payouts(postgres::Database& database) : database_(database) {}

  // One that is there already, of an earlier run, is answered as it is. With `act` it goes on record.
  Task<std::variant<domain::Payout, TooLittle>> Claim(Work work, PayoutDraft draft,
                                                      const audit::Act* act = nullptr);
  // What became of `before`: with its entry and its event. Due again after `run_after`, without it never. Brings `after.version`
  // up to date when it returns true.
  Task<bool> Write(Work work, const domain::Payout& before, domain::Payout& after,
                   std::optional<std::chrono::milliseconds> run_after, const audit::Act* act = nullptr);
  // Puts everything that is due by this port and in no batch yet into a new one, its payouts of this currency alone.
  Task<> Gather(Work work, std::string port, Currency currency, Uuid batch);
  Task<std::vector<domain::Payout>> OfBatch(Work work, Uuid batch);

  Task<std::optional<domain::Payout>> Find(Work work, domain::PayoutId id,
                                           std::optional<std::vector<SellerId>> scope);
  // Newest first.
  Task<std::vector<domain::Payout>> List(Work work, PayoutsWanted wanted,
                                         std::optional<domain::PayoutId> before, std::int64_t limit);
  // Oldest first.
  Task<std::vector<PayoutLine>> Lines(Work work, domain::PayoutId id,
                                      std::optional<std::pair<EntryId, std::int64_t>> after,
                                      std::int64_t limit);

  Task<std::vector<DuePayout>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Nothing when somebody else has written since.
  Task<std::optional<domain::Payout>> Read(Work work, DuePayout due);
  Task<> PutBack(Work work, DuePayout due, runtime::Setback setback);

  Task<std::vector<DueTurn>> TakeTurns(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Its next day, unless somebody else has it by now.
  Task<> EndTurn(Work work, DueTurn turn, Time next_day);
  Task<> PutBack(Work work, DueTurn turn, runtime::Setback setback);

  // What an operator has to let go on.
  Task<std::int64_t> CountParked(Work work);
  Task<std::int64_t> CountParkedTurns(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
