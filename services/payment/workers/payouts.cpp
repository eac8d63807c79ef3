#include "services/payment/workers/payouts.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kPayoutStatementLimit{5};

}  // namespace

PayoutWorkers::PayoutWorkers(storage::Payouts& payouts, PayoutRun& run, telemetry::Tracer& tracer,
                             Options options)
    : payouts_(payouts),
      run_(run),
      tracer_(tracer),
      turns_({.name = "payment.payout_turns",
              .poll = options.poll,
              .concurrency = options.concurrency,
              .patience = options.patience},
             [this](std::size_t limit) { return TakeTurns(limit); }),
      sending_({.name = "payment.payouts",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return TakePayouts(limit); }) {}

Task<std::vector<runtime::LeasedWork::Job>> PayoutWorkers::TakeTurns(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  const auto taken = co_await payouts_.TakeTurns(runtime::After(kPayoutStatementLimit), limit, run_.Lease());
  for (const auto& turn : taken) {
    jobs.push_back({.id = turn.seller.ToString() + '/' + std::string(turn.currency.Code()),
                    .attempts = turn.failures,
                    .failures = turn.failures,
                    .run = [this, turn] { return Turn(turn); },
                    .put_back =
                        [this, turn](runtime::Setback setback) {
                          return payouts_.PutBack(runtime::After(kPayoutStatementLimit), turn,
                                                  std::move(setback));
                        }});
  }
  turns_.Rounds().SetParked(co_await payouts_.CountParkedTurns(runtime::After(kPayoutStatementLimit)));
  co_return jobs;
}

Task<std::vector<runtime::LeasedWork::Job>> PayoutWorkers::TakePayouts(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  const auto taken = co_await payouts_.TakeDue(runtime::After(kPayoutStatementLimit), limit, run_.Lease());
  for (const auto& due : taken) {
    jobs.push_back({.id = due.id.ToString(),
                    .attempts = due.asks + due.failures,
                    .failures = due.failures,
                    .run = [this, due] { return Send(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return payouts_.PutBack(runtime::After(kPayoutStatementLimit), due,
                                                  std::move(setback));
                        }});
  }
  sending_.Rounds().SetParked(co_await payouts_.CountParked(runtime::After(kPayoutStatementLimit)));
  co_return jobs;
}

Task<> PayoutWorkers::Turn(storage::DueTurn turn) {
  const auto span = tracer_.Continue("payment.payout_turn", telemetry::SpanKind::kInternal, "");
  co_await run_.Turn(Work(runtime::After(run_.Lease()), span), turn);
}

Task<> PayoutWorkers::Send(storage::DuePayout due) {
  auto payout = co_await payouts_.Read(runtime::After(kPayoutStatementLimit), due);
  if (!payout) co_return;
  const auto span = tracer_.Continue("payment.payout", telemetry::SpanKind::kInternal, payout->trace);
  co_await run_.Advance(Work(runtime::After(run_.Lease()), span), std::move(*payout));
}

}  // namespace market::payment
