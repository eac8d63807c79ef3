#include "services/notification/workers/live_watch.hpp"

namespace market::notification {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery = 250ms;
constexpr std::chrono::seconds kForgetEvery = 60s;
constexpr std::chrono::seconds kForgetLimit = 10s;
constexpr std::int64_t kForgetRows = 5000;

}  // namespace

LiveWatch::LiveWatch(Live& live, storage::LiveEvents& events, std::chrono::milliseconds kept)
    : live_(live),
      events_(events),
      kept_(kept),
      watching_({.name = "notification.live", .period = kLookEvery}, [this] { return Round(); }) {}

Task<> LiveWatch::Round() {
  co_await live_.Look();
  if (steady_clock::now() < forget_at_) co_return;
  const auto gone = co_await events_.Forget(runtime::After(kForgetLimit), kept_, kForgetRows);
  if (gone < kForgetRows) forget_at_ = steady_clock::now() + kForgetEvery;
}

}  // namespace market::notification
