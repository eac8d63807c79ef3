// Work that lies in rows: what is due is taken by lease and each row is driven alone.
//
//   LeasedWork recovery({.name = "order.recovery", .poll = 1s}, [this](std::size_t limit) { return Take(limit); });
//   group.Keep(recovery.Name(), recovery.Run());
//
// A job that throws gives its row back (setback.hpp): due again later, or parked; it never stops the others,
// and the room it leaves is filled at once. So that one row that can't be read stops nobody either, Take
// gives names only and the job reads its own row. A process that dies leaves its rows to the end of their
// leases; one that stops cancels its jobs and gives their rows back.
// Any number of replicas may run the same work.
//
// Owner: the part whose work it is; outlives the task of Run. Io thread only. Limits: `concurrency` jobs at
// once. When Take throws, the worker fails as Every says.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/every.hpp"
#include "platform/runtime/setback.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::runtime {

class LeasedWork {
 public:
  // One row, leased to this process.
  struct Job {
    std::string id;              // for people
    std::uint32_t attempts = 0;  // runs before this one
    std::uint32_t failures = 0;  // how many of the last ones broke
    // Does the work and writes its end. Each makes its task from copies: the job outlives no call.
    std::function<Task<>()> run;
    // Writes the setback, unless the row is somebody else's by now.
    std::function<Task<>(Setback)> put_back;
  };
  using Take = std::function<Task<std::vector<Job>>(std::size_t limit)>;

  struct Options {
    std::string name;  // "<service>.<worker>"
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 16;
    Patience patience{};
  };

  struct State {
    std::uint64_t done = 0;
    std::uint64_t setbacks = 0;
  };

  LeasedWork(Options options, Take take);

  Task<> Run();
  // There may be a row that is due.
  void Wake() { rounds_.Wake(); }
  // Takes what is due once and returns when all of it has been driven; how many there were. Not beside Run.
  Task<std::size_t> RunOnce();

  // Each row that was given back; not those of a process that stops.
  void OnSetback(std::function<void(const Job&, const Setback&)> listener) {
    listener_ = std::move(listener);
  }

  Every& Rounds() { return rounds_; }
  const State& Now() const { return state_; }

 private:
  Task<> Round();
  Task<std::size_t> Start();
  Task<> Drive(Job job);
  Task<> PutBack(const Job& job, Setback setback);

  const Options options_;
  const Take take_;
  Every rounds_;
  std::optional<TaskGroup> jobs_;
  std::function<void(const Job&, const Setback&)> listener_;
  std::size_t busy_ = 0;
  State state_;
};

}  // namespace market::runtime
