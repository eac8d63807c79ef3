#include "platform/audit/telling.hpp"

#include "marketplace/type/v1/act.pb.h"

namespace market::audit {

events::Subscription::Options ActsSubscription(outbox::Relay::Options relay) {
  const auto* recorded = marketplace::type::v1::ActRecorded::descriptor();
  return {.subscriber = std::string(kListKeeper),
          .types = {events::TypeOf(*recorded).name},
          .relay = std::move(relay)};
}

}  // namespace market::audit
