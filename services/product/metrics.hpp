// What the product service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <array>
#include <cstddef>

#include "platform/telemetry/metrics.hpp"
#include "services/product/process/picture_maker.hpp"
#include "services/product/process/search_index.hpp"
#include "services/product/storage/imports.hpp"
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
    for (std::size_t i = 0; i < kImportOutcomes.size(); ++i) {
      imported_rows_[i] =
          &registry.AddCounter("product_import_rows_total", "rows of files that were imported",
                               {{"outcome", std::string(kImportOutcomes[i])}});
    }
  }

  void Reserved(const storage::ReserveOutcome& outcome) { reservations_.at(outcome.index())->Increment(); }
  // Rows of one turn of an import.
  void Imported(const storage::ImportProgress& rows) {
    const std::array counts = {rows.created, rows.updated, rows.unchanged, rows.failed};
    for (std::size_t i = 0; i < counts.size(); ++i)
      imported_rows_[i]->Increment(static_cast<double>(counts[i]));
  }

 private:
  // In the order of storage::ReserveOutcome's alternatives.
  static constexpr std::array<std::string_view, std::variant_size_v<storage::ReserveOutcome>> kOutcomes = {
      "reserved", "out_of_stock", "unavailable", "gone", "other_lines"};
  std::array<telemetry::Counter*, kOutcomes.size()> reservations_{};
  static constexpr std::array<std::string_view, 4> kImportOutcomes = {"created", "updated", "unchanged",
                                                                      "failed"};
  std::array<telemetry::Counter*, kImportOutcomes.size()> imported_rows_{};
};

// product_index_*, product_pictures_*; what is measured must live until the last scrape.
void Measure(const SearchIndex& index, telemetry::Metrics& registry);
void Measure(const PictureMaker& maker, telemetry::Metrics& registry);

}  // namespace market::product
