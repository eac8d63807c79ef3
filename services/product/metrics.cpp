#include "services/product/metrics.hpp"

namespace market::product {

void Measure(const SearchIndex& index, telemetry::Metrics& registry) {
  auto& documents =
      registry.AddGauge("product_index_documents", "products in the search index of this process");
  auto& bytes = registry.AddGauge("product_index_bytes", "memory of the search index");
  auto& segments = registry.AddGauge("product_index_segments", "parts of the search index");
  auto& staleness =
      registry.AddGauge("product_index_staleness_seconds",
                        "how long ago the search index was up to date; -1: it is not built yet");
  auto& built =
      registry.AddGauge("product_index_build_seconds", "how long it took to read all products the last time");
  auto& searches = registry.AddGauge("product_index_searches", "searches under way or waiting for a thread");
  registry.Collect([&index, &documents, &bytes, &segments, &staleness, &built, &searches] {
    const auto now = index.Now();
    documents.Set(static_cast<double>(now.documents));
    bytes.Set(static_cast<double>(now.bytes));
    segments.Set(static_cast<double>(now.segments));
    staleness.Set(now.staleness_s.value_or(-1));
    built.Set(now.build_s);
    searches.Set(static_cast<double>(now.searches));
  });
}

void Measure(const PictureMaker& maker, telemetry::Metrics& registry) {
  auto& pending = registry.AddGauge("product_pictures_pending",
                                    "steps of making pictures under way or waiting for a thread");
  registry.Collect([&maker, &pending] { pending.Set(static_cast<double>(maker.Pending())); });
}

}  // namespace market::product
