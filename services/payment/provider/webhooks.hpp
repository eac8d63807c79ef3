// What Stripe tells by itself: whether it really was Stripe, and what it is about. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"

namespace market::payment::provider {

// How far the clock of who signs and ours may be apart, and how long a message may be on its way.
inline constexpr std::chrono::minutes kWebhookWindow{5};

enum class Signed : std::uint8_t {
  kGood,
  kMalformed,  // there is no signature that could be checked
  kWrong,      // it was made with another secret, or over other bytes
  kOutOfTime   // it is right, and of another time
};

// `header`: Stripe-Signature, "t=UNIX,v1=HEX,v1=HEX". Any signature with any of the secrets will do: while
// one takes the place of another there are two of each. Other schemes than v1 count for nothing.
Signed CheckSignature(std::string_view payload, std::string_view header,
                      const std::vector<std::string>& secrets, Time now);

struct Told {
  std::string event;      // the provider's id of the event
  std::string type;       // "payment_intent.succeeded"
  std::string charge;     // the provider's id of the charge it is about; empty: it is about none
  std::string reference;  // ours: the order; empty: none is named
  Time made_at;
};
// Nothing for what is no event.
std::optional<Told> ToldIn(std::string_view payload);

}  // namespace market::payment::provider
