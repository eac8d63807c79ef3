#include "services/user/metrics.hpp"

namespace market::user {

void Measure(const PictureMaker& maker, telemetry::Metrics& registry) {
  auto& pending = registry.AddGauge("user_pictures_pending",
                                    "steps of making pictures under way or waiting for a thread");
  registry.Collect([&maker, &pending] { pending.Set(static_cast<double>(maker.Pending())); });
}

}  // namespace market::user
