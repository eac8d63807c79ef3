// What the product service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <array>
#include <cstddef>

#include "platform/telemetry/metrics.hpp"
#include "services/product/process/picture_maker.hpp"
#include "services/product/process/search_index.hpp"
#include "services/product/storage/reservations.hpp"

namespace market::product {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry) {
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
      reservations_[i] =
          &registry.AddCounter("product_reservations_total", "attempts to reserve the units of an order",
                               {{"outcome", std::string(kOutcomes[i])}});
    }
  }

  void Reserved(const storage::ReserveOutcome& outcome) { reservations_.at(outcome.index())->Increment(); }

 private:
  // In the order of storage::ReserveOutcome's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<storage::ReserveOutcome>> kOutcomes = {
      "reserved", "out_of_stock", "unavailable", "gone", "other_lines"};
  std::array<telemetry::Counter*, kOutcomes.size()> reservations_{};
};

// product_index_*, product_pictures_*; what is measured must live until the last scrape.
void Measure(const SearchIndex& index, telemetry::Metrics& registry);
void Measure(const PictureMaker& maker, telemetry::Metrics& registry);

}  // namespace market::product
