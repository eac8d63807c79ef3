#include "services/payment/workers/settlement.hpp"

#include "platform/events/inbox.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kSettleLimit{5};
constexpr std::chrono::seconds kSaleLease{15};
constexpr std::chrono::seconds kFoldEvery{1};
constexpr std::int64_t kFoldRows = 10'000;
constexpr std::chrono::minutes kSweepEvery{10};
constexpr std::int64_t kSweepRows = 500;

runtime::Every::Next NextOf(bool more) {
  return more ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace

Settlement::Settlement(postgres::Database& database, storage::Sales& sales, storage::Ledger& ledger,
                       Options options)
    : database_(database),
      sales_(sales),
      ledger_(ledger),
      options_(options),
      settling_({.name = "payment.settlement",
                 .poll = options.poll,
                 .concurrency = options.concurrency,
                 .patience = options.patience},
                [this](std::size_t limit) { return Take(limit); }),
      folding_({.name = "payment.balances", .period = kFoldEvery}, [this] { return Fold(); }),
      sweeping_({.name = "payment.sweep", .period = kSweepEvery}, [this] { return Sweep(); }) {}

Task<std::vector<runtime::LeasedWork::Job>> Settlement::Take(std::size_t limit) {
  const auto taken = co_await sales_.TakeDue(runtime::After(kSettleLimit), limit, kSaleLease);
  settling_.Rounds().SetParked(co_await sales_.CountParked(runtime::After(kSettleLimit)));
  std::vector<runtime::LeasedWork::Job> jobs;
  for (const auto& due : taken) {
    jobs.push_back(
        {.id = due.id.ToString(),
         .attempts = due.failures,
         .failures = due.failures,
         .run = [this, due] { return sales_.Settle(runtime::After(kSettleLimit), due.id, options_.reserve); },
         .put_back =
             [this, due](runtime::Setback setback) {
               return sales_.PutBack(runtime::After(kSettleLimit), due, std::move(setback));
             }});
  }
  co_return jobs;
}

Task<runtime::Every::Next> Settlement::Fold() {
  co_return NextOf(co_await ledger_.Fold(runtime::After(kSettleLimit), kFoldRows) == kFoldRows);
}

Task<runtime::Every::Next> Settlement::Sweep() {
  co_return NextOf(co_await events::SweepInbox(database_, runtime::After(kSettleLimit), options_.events_kept,
                                               kSweepRows) > 0);
}

}  // namespace market::payment
