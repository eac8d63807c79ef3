// One timer for all deadlines of an io_context: a hashed wheel of 5 ms slots.
//
// Adding and removing are O(1) and free of system calls, which a timer per call is not. The price: a deadline
// fires up to one slot late. Io thread only.
// Entries belong to their owners and leave the wheel when destroyed.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>

#include "platform/runtime/task.hpp"

namespace market::runtime {

class DeadlineWheel final : public boost::asio::execution_context::service {
 public:
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    bool Armed() const { return wheel_ != nullptr; }

   protected:
    ~Entry();
    // Called once on the io thread, after the entry has left the wheel; may destroy the entry.
    virtual void OnDeadline() = 0;

   private:
    friend class DeadlineWheel;
    DeadlineWheel* wheel_ = nullptr;
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    std::size_t slot_ = 0;
    Deadline deadline_;
  };

  inline static boost::asio::execution_context::id id;
  static constexpr std::chrono::milliseconds kSlot{5};

  static DeadlineWheel& Of(boost::asio::execution_context& context) {
    return boost::asio::use_service<DeadlineWheel>(context);
  }

  explicit DeadlineWheel(boost::asio::execution_context& context);

  void Add(Entry& entry, Deadline deadline);
  void Remove(Entry& entry);

 private:
  static constexpr std::size_t kSlots = 1024;

  void shutdown() override;
  void Unlink(Entry& entry);
  void Arm();
  void Turn();
  std::size_t SlotOf(Deadline deadline) const;

  boost::asio::steady_timer timer_;
  std::array<Entry*, kSlots> slots_{};
  std::size_t size_ = 0;
  std::int64_t turned_to_ = 0;  // the last tick whose slot was emptied
  bool armed_ = false;
};

}  // namespace market::runtime
