#include "platform/runtime/deadline_wheel.hpp"

#include <algorithm>

namespace market::runtime {
namespace {

std::int64_t TickOf(Deadline time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()) /
         std::chrono::duration_cast<std::chrono::nanoseconds>(DeadlineWheel::kSlot);
}

}  // namespace

DeadlineWheel::Entry::~Entry() {
  if (wheel_ != nullptr) wheel_->Remove(*this);
}

DeadlineWheel::DeadlineWheel(boost::asio::execution_context& context)
    : service(context), timer_(static_cast<boost::asio::io_context&>(context)) {}

void DeadlineWheel::shutdown() {
  for (Entry* head : slots_) {
    for (Entry* entry = head; entry != nullptr; entry = entry->next_) entry->wheel_ = nullptr;
  }
  slots_.fill(nullptr);
  size_ = 0;
}

// One slot later than the exact tick, so that a deadline is never early.
std::size_t DeadlineWheel::SlotOf(Deadline deadline) const {
  return static_cast<std::size_t>(std::max(TickOf(deadline) + 1, turned_to_ + 1)) % kSlots;
}

void DeadlineWheel::Add(Entry& entry, Deadline deadline) {
  if (entry.wheel_ != nullptr) Remove(entry);
  if (deadline == kNoDeadline) return;
  if (size_ == 0) turned_to_ = std::max(turned_to_, TickOf(std::chrono::steady_clock::now()) - 1);
  entry.wheel_ = this;
  entry.deadline_ = deadline;
  entry.slot_ = SlotOf(deadline);
  entry.previous_ = nullptr;
  entry.next_ = slots_[entry.slot_];
  if (entry.next_ != nullptr) entry.next_->previous_ = &entry;
  slots_[entry.slot_] = &entry;
  ++size_;
  if (!armed_) Arm();
}

void DeadlineWheel::Remove(Entry& entry) {
  if (entry.wheel_ == nullptr) return;
  Unlink(entry);
  entry.wheel_ = nullptr;
  --size_;
}

void DeadlineWheel::Unlink(Entry& entry) {
  if (entry.previous_ != nullptr) {
    entry.previous_->next_ = entry.next_;
  } else {
    slots_[entry.slot_] = entry.next_;
  }
  if (entry.next_ != nullptr) entry.next_->previous_ = entry.previous_;
  entry.previous_ = entry.next_ = nullptr;
}

void DeadlineWheel::Arm() {
  armed_ = true;
  timer_.expires_after(kSlot);
  timer_.async_wait([this](const boost::system::error_code& error) {
    armed_ = false;
    if (error) return;
    Turn();
    if (size_ > 0 && !armed_) Arm();
  });
}

void DeadlineWheel::Turn() {
  const auto now = std::chrono::steady_clock::now();
  const std::int64_t tick = TickOf(now);
  // After a long stall every slot needs one visit, not one per missed tick.
  turned_to_ = std::max(turned_to_, tick - static_cast<std::int64_t>(kSlots));
  while (turned_to_ < tick) {
    ++turned_to_;
    const auto slot = static_cast<std::size_t>(turned_to_) % kSlots;
    // An entry whose time is a later turn of the wheel stays;
    // OnDeadline may change the list, so start over after it.
    for (Entry* entry = slots_[slot]; entry != nullptr;) {
      if (entry->deadline_ > now) {
        entry = entry->next_;
        continue;
      }
      Remove(*entry);
      entry->OnDeadline();
      entry = slots_[slot];
    }
  }
}

}  // namespace market::runtime
