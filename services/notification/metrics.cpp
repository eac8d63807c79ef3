#include "services/notification/metrics.hpp"

namespace market::notification {
namespace {

telemetry::Counter& CounterOf(telemetry::Metrics& registry, const char* outcome) {
  return registry.AddCounter("notification_mails_total",
                             "mails that came to an end: sent, bounced (the address does not work), dropped "
                             "(nobody is to get it any more)",
                             {{"outcome", outcome}});
}

}  // namespace

Metrics::Metrics(telemetry::Metrics& registry)
    : sent_(CounterOf(registry, "sent")),
      bounced_(CounterOf(registry, "bounced")),
      dropped_(CounterOf(registry, "dropped")),
      waiting_(registry.AddGauge("notification_waiting_calls", "calls that wait for news")) {}

void Metrics::Mailed(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSent:
      return sent_.Increment();
    case Outcome::kBounced:
      return bounced_.Increment();
    case Outcome::kDropped:
      return dropped_.Increment();
  }
}

}  // namespace market::notification
