#include "platform/host/workers.hpp"

#include "platform/core/clock.hpp"
#include "platform/telemetry/log.hpp"

namespace market::host {
namespace {

namespace log = telemetry::log;

// Only what is kept runs in the group, and that ends by its cancellation.
void Unexpected(std::string_view, std::exception_ptr error) { std::rethrow_exception(error); }

void LogTurn(const runtime::Every& worker) {
  const auto& now = worker.Now();
  if (now.failures_in_a_row == 0) {
    log::Info("worker.recovered", {{"worker", worker.Name()}});
  } else {
    log::Warn(
        "worker.failed",
        {{"worker", worker.Name()}, {"failures_in_a_row", now.failures_in_a_row}, {"detail", now.failure}});
  }
}

void LogSetback(std::string_view worker, const runtime::LeasedWork::Job& job,
                const runtime::Setback& setback) {
  log::Write(setback.Parked() ? telemetry::LogLevel::kError : telemetry::LogLevel::kWarn,
             setback.Parked() ? "worker.row_parked" : "worker.row_postponed",
             {{"worker", worker},
              {"row", job.id},
              {"attempts", job.attempts + 1},
              {"failures", setback.failures},
              {"detail", setback.why}});
}

double UnixSeconds(std::chrono::steady_clock::time_point time) {
  const auto ago = std::chrono::steady_clock::now() - time;
  return std::chrono::duration<double>(WallTime().time_since_epoch() - ago).count();
}

}  // namespace

Workers::Workers(boost::asio::any_io_executor executor, telemetry::Metrics& metrics)
    : metrics_(metrics), group_(std::move(executor), Unexpected) {}

void Workers::Run(runtime::Every& worker) {
  Watch(worker);
  group_.Keep(worker.Name(), worker.Run());
}

void Workers::Run(runtime::LeasedWork& work) {
  auto& worker = work.Rounds();
  Watch(worker);
  work.OnSetback([name = worker.Name()](const runtime::LeasedWork::Job& job,
                                        const runtime::Setback& setback) { LogSetback(name, job, setback); });
  auto& setbacks = metrics_.AddCounter("worker_row_setbacks_total", "rows put back because their run failed",
                                       {{"worker", worker.Name()}});
  metrics_.Collect([&work, &setbacks] { setbacks.SetTotal(static_cast<double>(work.Now().setbacks)); });
  group_.Keep(worker.Name(), work.Run());
}

void Workers::Run(runtime::Every::Options options, std::function<Task<>()> round) {
  Run(own_.emplace_back(std::move(options), std::move(round)));
}

void Workers::Watch(runtime::Every& worker) {
  workers_.push_back(&worker);
  worker.LimitPauses(longest_pause_);
  worker.OnTurn(LogTurn);
  const telemetry::Labels labels = {{"worker", worker.Name()}};
  metrics_.AddGauge("worker_period_seconds", "pause of a worker between two good rounds", labels)
      .Set(std::chrono::duration<double>(worker.Period()).count());
  auto& runs = metrics_.AddCounter("worker_runs_total", "rounds of a worker", labels);
  auto& failures = metrics_.AddCounter("worker_failures_total", "rounds of a worker that failed", labels);
  auto& success =
      metrics_.AddGauge("worker_last_success_seconds",
                        "when a round last ended well, in seconds since 1970; until one does, when "
                        "the worker started",
                        labels);
  auto& parked = metrics_.AddGaugeFamily(
      "worker_parked_rows", "rows that a worker gave up on, waiting for an operator", {"worker"});
  metrics_.Collect([&worker, &runs, &failures, &success, &parked] {
    const auto& now = worker.Now();
    runs.SetTotal(static_cast<double>(now.runs));
    failures.SetTotal(static_cast<double>(now.failures));
    success.Set(UnixSeconds(now.last_success));
    if (now.parked) parked.With({worker.Name()}).Set(static_cast<double>(*now.parked));
  });
}

std::string Workers::Failing() const {
  std::string lines;
  for (const auto* worker : workers_) {
    if (worker->Now().failures_in_a_row == 0) continue;
    lines += "worker failing: " + worker->Name() + ": " + worker->Now().failure + '\n';
  }
  return lines;
}

Task<> Workers::Stop(runtime::Deadline limit) {
  group_.Cancel();
  co_await group_.Join(limit);
}

}  // namespace market::host
