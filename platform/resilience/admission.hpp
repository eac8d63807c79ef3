// Admission: how many requests may be worked on at once, who waits,
// and who is turned away when it gets too much.
//
// Past the limit requests wait in a bounded queue, more important ones first; a request that waited too long,
// or finds the queue full of its own or better classes, is refused with Error RESOURCE_EXHAUSTED "OVERLOADED"
// and a time to come back. A share of the limit is kept for the two upper classes, so that started purchases
// finish before new visitors are served. Io thread only. Must outlive its permits and waiters.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "platform/resilience/deadline.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::resilience {

// Work in progress outranks new work.
enum class Priority : std::uint8_t {
  kInProgress = 0,  // webhooks, capture, refund, saga steps
  kCheckout = 1,
  kSession = 2,  // login, cart
  kBrowse = 3,   // browse, reports
};

class Admission {
 public:
  struct Options {
    std::size_t limit = 256;        // requests worked on at once
    std::size_t queue_limit = 512;  // requests waiting
    std::chrono::milliseconds max_wait{100};
    double kept_share = 0.2;  // of limit, for kInProgress and kCheckout
    std::chrono::milliseconds retry_after{1000};
  };

  // The right to work; given back when destroyed.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(admission_, other.admission_);
      return *this;
    }
    ~Permit() {
      if (admission_) admission_->Release();
    }

   private:
    friend class Admission;
    explicit Permit(Admission* admission) : admission_(admission) {}
    Admission* admission_ = nullptr;
  };

  struct Stats {
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::uint64_t admitted = 0;
    std::array<std::uint64_t, 4> refused{};  // by Priority
  };

  explicit Admission(const Options& options);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // The fast path, without a coroutine: nullopt when it would have to wait.
  std::optional<Permit> TryEnter(Priority priority);
  // Waits for a place, at most max_wait and not past `deadline`.
  // Throws Error RESOURCE_EXHAUSTED "OVERLOADED".
  Task<Permit> Enter(Priority priority, Deadline deadline);

  Stats GetStats() const;

 private:
  using Waiter = std::shared_ptr<runtime::OneShot<Permit>>;

  std::size_t LimitOf(Priority priority) const;
  bool MakeRoomInQueue(Priority priority);
  Error Refusal(Priority priority);
  void Release();

  const Options options_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  std::array<std::deque<Waiter>, 4> queues_;
  Stats stats_;
};

}  // namespace market::resilience
