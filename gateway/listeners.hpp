// How many streams of events are open, in all and for each listener, and how many may be.
//
// Owner: the gateway; its streams keep what they need of it. Io thread only.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "platform/telemetry/metrics.hpp"

namespace market::gateway {

class Listeners {
 public:
  struct Limits {
    std::size_t all = 4000;
    std::size_t each = 6;
  };

 private:
  struct State {
    Limits limits;
    telemetry::Gauge& shown;
    std::size_t all = 0;
    std::map<std::string, std::size_t, std::less<>> of;
  };

 public:
  // One stream's, given back by its end.
  class Place {
   public:
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place();
    // It is this listener's. Throws Error RATE_LIMITED.
    void Claim(const std::string& listener);

   private:
    friend class Listeners;
    explicit Place(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
    std::string listener_;
  };

  // `shown` must outlive the streams.
  Listeners(Limits limits, telemetry::Gauge& shown)
      : state_(std::make_shared<State>(State{.limits = limits, .shown = shown, .all = 0, .of = {}})) {}

  // Throws Error OVERLOADED.
  Place Enter() { return Place(state_); }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace market::gateway
