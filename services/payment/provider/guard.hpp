// What stands before every request to the provider: how many it takes from us in a second, and whether it
// answers at all. Who is turned away has sent nothing. Io thread only.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "platform/resilience/circuit_breaker.hpp"
#include "platform/resilience/token_bucket.hpp"

namespace market::payment::provider {

class Guard {
 public:
  struct Options {
    double requests_per_s = 0;  // 0: as many as there are
    resilience::CircuitBreaker::Options breaker = {.window = std::chrono::seconds(10),
                                                   .open_for = std::chrono::milliseconds(1'000),
                                                   .max_open_for = std::chrono::milliseconds(5'000)};
  };
  // Why a request is not sent: "quota", "breaker".
  using TurnedAway = std::string_view;
  using Listener = std::function<void(TurnedAway)>;

  explicit Guard(const Options& options);

  std::variant<resilience::CircuitBreaker::Call, TurnedAway> Begin();
  // Told of each request that is turned away.
  void OnTurnedAway(Listener listener) { on_turned_away_ = std::move(listener); }
  void OnChange(std::function<void(resilience::CircuitBreaker::State)> listener) {
    breaker_.OnChange(std::move(listener));
  }

 private:
  TurnedAway Tell(TurnedAway why) const;

  std::optional<resilience::TokenBuckets> quota_;
  resilience::CircuitBreaker breaker_;
  Listener on_turned_away_;
};

}  // namespace market::payment::provider
