// Follows the log of another service for what this process keeps in memory: every process for itself, with
// a cursor of its own, from its start on.
//
// At first, and whenever its cursor has expired, it rebuilds from the state of the source, which it reads
// after the cursor was taken: what happened meanwhile is applied on top, so applying must bear repetition
// (aggregate_version tells what is old). An event that can't be applied makes it rebuild as well, rather
// than stop at it for ever.
//
// Owner: the service, one of whose workers calls CatchUp; `source` outlives it. Io thread only. What is
// kept is as old as the last success of that worker.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "platform/events/event.hpp"
#include "platform/runtime/task.hpp"

namespace market::events {

class FeedReader {
 public:
  struct Source {
    // The source's method Feed.
    std::function<Task<marketplace::type::v1::FeedResponse>(marketplace::type::v1::FeedRequest)> feed;
    // Replaces all that is kept by the source's state as it is now.
    std::function<Task<>()> rebuild;
    std::function<void(const Event&)> apply;
  };

  explicit FeedReader(Source source) : source_(std::move(source)) {}

  // Reads to the end of what there is. Throws what the source throws,
  // and goes on from there at the next call.
  Task<> CatchUp();

  // 0: it was at no end of the log yet, so what is kept is not usable.
  std::uint64_t Rebuilds() const { return rebuilds_; }

 private:
  Source source_;
  std::string cursor_;
  std::uint64_t rebuilds_ = 0;
};

}  // namespace market::events
