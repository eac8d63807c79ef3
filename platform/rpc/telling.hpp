// How a subscription tells a peer: by the method Deliver of its generated interface.
#pragma once
#include <chrono>
#include <string>

#include "platform/events/subscription.hpp"
#include "platform/rpc/call_context.hpp"

namespace market::rpc {

// Shorter than the relay's lease on a message.
inline constexpr std::chrono::seconds kTellLimit{5};

// `peer` must outlive what it is given to.
template <class Peer>
events::Subscription::Deliver Telling(Peer& peer, std::string_view subscriber) {
  return [&peer, subscriber = std::string(subscriber)](const events::Event& event,
                                                       const telemetry::Span& span) -> Task<> {
    auto call = CallContext::ForWork(kTellLimit, span);
    marketplace::type::v1::DeliverRequest request;
    request.set_subscriber(subscriber);
    *request.mutable_event() = event;
    co_await peer.Deliver(call, std::move(request));
  };
}

}  // namespace market::rpc
