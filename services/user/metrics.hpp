// What the user service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include "platform/telemetry/metrics.hpp"
#include "services/user/process/picture_maker.hpp"

namespace market::user {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry)
      : sellers_created_(registry.AddCounter("user_sellers_created_total", "sellers opened")) {}

  void SellerOpened() { sellers_created_.Increment(); }

 private:
  telemetry::Counter& sellers_created_;
};

// user_pictures_*; what is measured must live until the last scrape.
void Measure(const PictureMaker& maker, telemetry::Metrics& registry);

}  // namespace market::user
