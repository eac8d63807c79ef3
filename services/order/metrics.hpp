// What the order service tells of its business, counted by whoever committed it. A checkout that another
// process finished is counted there; one whose commit nobody heard of is not counted.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "platform/telemetry/metrics.hpp"
#include "services/order/domain/coupon.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/storage/checkouts.hpp"

namespace market::order {

// How one run of a checkout ended. kPending: something is not known yet; kDeclined: it waits for its buyer.
enum class Outcome { kPlaced, kFailed, kPending, kDeclined };

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry);

  // A checkout was decided or declined, or its first run left it open: `after` the order was made.
  void Ended(Outcome outcome, const domain::Order& order, std::chrono::nanoseconds after,
             const telemetry::TraceContext& trace);
  // Seller orders became `to`.
  void Moved(domain::State to, std::size_t parts);
  // A code that came with a quote or an order could not be used: many UNKNOWN ones are somebody's guesses.
  void CouponRefused(domain::CouponProblem why);
  void Measured(const storage::OpenCheckouts& open);

 private:
  struct OfOutcome {
    telemetry::Counter* count;
    telemetry::Histogram* seconds;
  };
  std::array<OfOutcome, 4> outcomes_{};
  telemetry::CounterFamily& placed_;
  telemetry::CounterFamily& placed_value_minor_;
  telemetry::CounterFamily& failed_;
  std::array<telemetry::Counter*, domain::kStates> transitions_{};
  std::array<telemetry::Counter*, domain::kCouponProblems.words.size()> coupons_refused_{};
  telemetry::Gauge& open_forward_;
  telemetry::Gauge& open_undo_;
  telemetry::Gauge& open_wait_;
  telemetry::Gauge& oldest_age_;
};

}  // namespace market::order
