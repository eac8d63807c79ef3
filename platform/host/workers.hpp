// The workers of a process: keeps them running and tells of them.
//
//   worker_runs_total{worker}              rounds begun
//   worker_failures_total{worker}          rounds that failed; a failing one is tried again with backoff
//   worker_last_success_seconds{worker}    when a round last ended well, in seconds since 1970; until one does,
//                                          when the worker started
//   worker_period_seconds{worker}          how long it waits between two rounds that went well
//   worker_row_setbacks_total{worker}      rows put back because their run failed
//   worker_parked_rows{worker}             rows that were given up and wait for an operator
//
// A worker is named <service>.<worker>. Logs worker.failed, worker.recovered, worker.row_postponed and
// worker.row_parked. Owner: the host, which outlives them; io thread only.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <list>
#include <string>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::host {

class Workers {
 public:
  Workers(boost::asio::any_io_executor executor, telemetry::Metrics& metrics);

  // Before the first Run: no worker pauses longer.
  void LimitPauses(std::chrono::milliseconds longest) { longest_pause_ = longest; }
  // Each must outlive Stop.
  void Run(runtime::Every& worker);
  void Run(runtime::LeasedWork& work);
  // Of a part that has no object of its own for it.
  void Run(runtime::Every::Options options, std::function<Task<>()> round);

  // A line for each worker whose last round failed; empty: none did.
  std::string Failing() const;
  Task<> Stop(runtime::Deadline limit);

 private:
  void Watch(runtime::Every& worker);

  telemetry::Metrics& metrics_;
  runtime::TaskGroup group_;
  std::chrono::milliseconds longest_pause_ = std::chrono::milliseconds::max();
  std::list<runtime::Every> own_;
  std::list<runtime::Every*> workers_;
};

}  // namespace market::host
