#include "services/payment/workers/webhooks.hpp"

#include "platform/runtime/backoff.hpp"

namespace market::payment {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kRowLimit{5};
// What is not known here is most often known in a moment.
constexpr runtime::Backoff::Options kUnknownPause{.initial = 1s, .max = 10min};

}  // namespace

Webhooks::Webhooks(storage::Webhooks& webhooks, ProviderEvents& events, const Charges& charges,
                   Metrics& metrics, telemetry::Tracer& tracer, Options options)
    : webhooks_(webhooks),
      events_(events),
      charges_(charges),
      metrics_(metrics),
      tracer_(tracer),
      reading_({.name = "payment.webhooks",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return Take(limit); }),
      counting_({.name = "payment.webhook_count", .period = options.count_every},
                [this] { return Count(); }) {}

Task<std::vector<runtime::LeasedWork::Job>> Webhooks::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  const auto taken = co_await webhooks_.TakeDue(runtime::After(kRowLimit), limit, charges_.Lease());
  for (const auto& due : taken) {
    jobs.push_back({.id = due.id.ToString(),
                    .attempts = due.asks + due.failures,
                    .failures = due.failures,
                    .run = [this, due] { return Read(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return webhooks_.PutBack(runtime::After(kRowLimit), due.id, std::move(setback));
                        }});
  }
  co_return jobs;
}

Task<> Webhooks::Read(storage::DueWebhook due) {
  const auto span = tracer_.Continue("payment.webhook", telemetry::SpanKind::kInternal, {});
  const Work work(runtime::After(charges_.Lease()), span);
  const auto heard = co_await events_.Follow(work, due);
  const auto pause = runtime::Backoff::After(due.asks, kUnknownPause);
  if (heard == ProviderEvents::Heard::kDone) {
    co_await webhooks_.Done(work, due.id);
  } else if (heard == ProviderEvents::Heard::kOpen) {
    co_await webhooks_.Later(work, due.id, pause, "the provider could not say");
  } else if (due.age < kUnknownFor) {
    co_await webhooks_.Later(work, due.id, pause, "no payment here is about it yet");
  } else {
    co_await webhooks_.Park(work, due.id, "no payment here is about it");
  }
}

Task<> Webhooks::Count() {
  const auto count = co_await webhooks_.Count(runtime::After(kRowLimit));
  metrics_.Measured(count);
  reading_.Rounds().SetParked(count.parked);
}

}  // namespace market::payment
