// What the product service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <array>
#include <cstddef>

#include "platform/telemetry/metrics.hpp"
#include "services/product/storage/reservations.hpp"

namespace market::product {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry)
      : holds_expired_(registry.AddCounter("product_holds_expired_total",
                                           "reservations that ran out before their order was decided")) {
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
      reservations_[i] =
          &registry.AddCounter("product_reservations_total", "attempts to reserve the units of an order",
                               {{"outcome", std::string(kOutcomes[i])}});
    }
  }

  void Reserved(const storage::ReserveOutcome& outcome) { reservations_.at(outcome.index())->Increment(); }
  void HoldsExpired(std::size_t holds) { holds_expired_.Increment(static_cast<double>(holds)); }

 private:
  // In the order of storage::ReserveOutcome's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<storage::ReserveOutcome>> kOutcomes = {
      "reserved", "out_of_stock", "unavailable", "gone", "other_lines"};
  std::array<telemetry::Counter*, kOutcomes.size()> reservations_{};
  telemetry::Counter& holds_expired_;
};

}  // namespace market::product
