#include "services/product/workers/imports.hpp"

#include "platform/telemetry/log.hpp"

namespace market::product {
namespace {

constexpr std::chrono::seconds kImportStatementLimit{5};
constexpr std::chrono::seconds kSweepLimit{10};
constexpr std::chrono::minutes kSweepPause{10};
constexpr std::int64_t kSweptAtOnce = 3;

}  // namespace

ImportWork::ImportWork(storage::Imports& imports, Importer& importer, telemetry::Tracer& tracer,
                       Metrics& metrics, Options options)
    : imports_(imports),
      importer_(importer),
      tracer_(tracer),
      metrics_(metrics),
      options_(options),
      driving_({.name = "product.imports",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return Take(limit); }),
      sweeping_({.name = "product.import_sweep", .period = kSweepPause}, [this] { return Sweep(); }) {}

Task<std::vector<runtime::LeasedWork::Job>> ImportWork::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  for (const auto& due : co_await imports_.TakeDue(runtime::After(kImportStatementLimit), limit)) {
    jobs.push_back({.id = due.id.ToString(),
                    .attempts = due.attempts,
                    .failures = due.failures,
                    .run = [this, due] { return Drive(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return imports_.PutBack(runtime::After(kImportStatementLimit), due,
                                                  std::move(setback));
                        }});
  }
  co_return jobs;
}

Task<> ImportWork::Drive(storage::DueImport due) {
  const auto lease = co_await imports_.Read(runtime::After(kImportStatementLimit), due);
  if (!lease) co_return;
  auto span = tracer_.Continue("import.turn", telemetry::SpanKind::kInternal, "");
  const auto driven = co_await importer_.Drive(Work(runtime::After(kImportStatementLimit), span), *lease);
  metrics_.Imported(driven.rows);
  if (driven.outcome == Importer::Outcome::kEnded) {
    telemetry::log::Info("import.ended", {{"import_id", due.id.ToString()}}, &span.Context());
  }
}

Task<runtime::Every::Next> ImportWork::Sweep() {
  const auto swept = co_await imports_.Sweep(runtime::After(kSweepLimit), options_.kept, kSweptAtOnce);
  co_return swept == kSweptAtOnce ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace market::product
