#include "services/order/metrics.hpp"

namespace market::order {
namespace {

constexpr std::array<std::string_view, 4> kOutcomes = {"placed", "failed", "pending", "declined"};
// A checkout takes milliseconds; one that waits for an answer of the provider, minutes.
constexpr std::array kSeconds = {.005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10., 30., 60., 300., 900.};

constexpr const char* kOpenHelp = "checkouts not decided yet, by what they are about to do";

}  // namespace

Metrics::Metrics(telemetry::Metrics& registry)
    : placed_(registry.AddCounterFamily("order_placed_total", "orders placed", {"currency"})),
      placed_value_minor_(registry.AddCounterFamily("order_placed_value_minor_total",
                                                    "value of placed orders, in minor units", {"currency"})),
      failed_(registry.AddCounterFamily("order_failed_total", "orders that failed, by reason", {"reason"})),
      open_forward_(registry.AddGauge("order_checkouts_open", kOpenHelp, {{"step", "FORWARD"}})),
      open_undo_(registry.AddGauge("order_checkouts_open", kOpenHelp, {{"step", "UNDO"}})),
      open_wait_(registry.AddGauge("order_checkouts_open", kOpenHelp, {{"step", "WAIT"}})),
      oldest_age_(registry.AddGauge("order_checkout_oldest_age_seconds",
                                    "age of the oldest undecided checkout; 0 when there is none")) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    const telemetry::Labels labels = {{"outcome", std::string(kOutcomes[i])}};
    outcomes_[i] = {.count = &registry.AddCounter("order_checkouts_total",
                                                  "checkouts by outcome; pending: still open after the first "
                                                  "run; declined: waits for another method",
                                                  labels),
                    .seconds = &registry.AddHistogram(
                        "order_checkout_seconds", "time from the order to its outcome", labels, kSeconds)};
  }
  for (const auto reason : domain::kFailureReasons.words) {
    if (!reason.empty()) failed_.With({reason});
  }
  for (std::size_t i = 0; i < transitions_.size(); ++i) {
    const auto state = domain::Name(static_cast<domain::State>(i));
    transitions_[i] = &registry.AddCounter("order_transitions_total", "seller orders that reached this state",
                                           {{"state", std::string(state)}});
  }
  for (std::size_t i = 0; i < coupons_refused_.size(); ++i) {
    const auto why = domain::Name(static_cast<domain::CouponProblem>(i));
    coupons_refused_[i] =
        &registry.AddCounter("order_coupons_refused_total", "codes of coupons that could not be used, by why",
                             {{"why", std::string(why)}});
  }
}

void Metrics::CouponRefused(domain::CouponProblem why) {
  coupons_refused_.at(static_cast<std::size_t>(why))->Increment();
}

void Metrics::Ended(Outcome outcome, const domain::Order& order, std::chrono::nanoseconds after,
                    const telemetry::TraceContext& trace) {
  const auto& series = outcomes_.at(static_cast<std::size_t>(outcome));
  series.count->Increment();
  series.seconds->Observe(after, &trace);
  if (outcome == Outcome::kPlaced) {
    const auto currency = order.total.currency.Code();
    placed_.With({currency}).Increment();
    placed_value_minor_.With({currency}).Increment(static_cast<double>(order.total.minor));
    Moved(domain::State::kPlaced, order.parts.size());
  } else if (outcome == Outcome::kFailed) {
    failed_.With({domain::Name(order.failure.reason)}).Increment();
    Moved(domain::State::kFailed, order.parts.size());
  }
}

void Metrics::Moved(domain::State to, std::size_t parts) {
  transitions_.at(static_cast<std::size_t>(to))->Increment(static_cast<double>(parts));
}

void Metrics::Measured(const storage::OpenCheckouts& open) {
  open_forward_.Set(static_cast<double>(open.forward));
  open_undo_.Set(static_cast<double>(open.undo));
  open_wait_.Set(static_cast<double>(open.wait));
  oldest_age_.Set(std::chrono::duration<double>(open.oldest_age).count());
}

}  // namespace market::order
