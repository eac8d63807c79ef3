#include "services/notification/process/live.hpp"

#include <algorithm>
#include <unordered_set>

#include "platform/core/error.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::notification {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLookLimit = 5s;
constexpr milliseconds kAskEvery = 500ms;
constexpr milliseconds kAskLimit = 1s;
// Whose news they are is not looked at beyond it: all are woken.
constexpr int kLookRows = 2000;
constexpr int kPageEvents = 100;
// What is left of a call's time when its wait ends.
constexpr milliseconds kAnswerTime = 1s;
constexpr milliseconds kComeBackAfter = 5s;

Error TooMany(const char* reason, const char* words) {
  return Error(Code::kResourceExhausted, reason, words).WithRetryAfter(kComeBackAfter);
}

}  // namespace

// One call that waits.
class Live::Waiter {
 public:
  Waiter(Live& live, Caller caller, const domain::Listener& listener)
      : live_(live), caller_(std::move(caller)) {
    if (live.waiters_.size() >= live.options_.waits) throw TooMany("OVERLOADED", "too many wait for news");
    auto& of_caller = live.waits_of_[caller_.id];
    if (of_caller >= live.options_.waits_each)
      throw TooMany("RATE_LIMITED", "too many calls of yours wait for news");
    ++of_caller;
    live.waiters_.push_back(this);
    const auto tell_of = [&](const Uuid& id) { places_.push_back(live.waiting_.emplace(id, this)); };
    if (listener.account) tell_of(listener.account->Value());
    for (const auto& shops : {listener.order_shops, listener.message_shops}) {
      for (const auto& shop : shops) tell_of(shop.Value());
    }
    live.metrics_.Waiting(live.waiters_.size());
  }
  ~Waiter() {
    for (const auto place : places_) live_.waiting_.erase(place);
    std::erase(live_.waiters_, this);
    const auto found = live_.waits_of_.find(caller_.id);
    if (--found->second == 0) live_.waits_of_.erase(found);
    live_.metrics_.Waiting(live_.waiters_.size());
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Before what may be missing is read: rings from then on.
  void Listen() { bell_ = std::make_shared<runtime::OneShot<>>(); }
  void Ring() { bell_->Set(); }
  void End() {
    ended_ = true;
    Ring();
  }
  // False when the time was over first. Throws Error UNAUTHENTICATED.
  Task<bool> Rung(runtime::Deadline until) {
    const auto bell = bell_;
    bool rung = true;
    try {
      co_await bell->Wait(until);
    } catch (const Error&) {
      rung = false;  // the deadline
    }
    if (ended_) throw Error(Code::kUnauthenticated, "UNAUTHENTICATED", "the access token has ended");
    co_return rung;
  }
  const std::string& Token() const { return caller_.token; }

 private:
  Live& live_;
  const Caller caller_;
  std::vector<std::multimap<Uuid, Waiter*>::iterator> places_;
  std::shared_ptr<runtime::OneShot<>> bell_ = std::make_shared<runtime::OneShot<>>();
  bool ended_ = false;
};

Live::Live(storage::LiveEvents& events, Metrics& metrics, Holds holds, Options options)
    : events_(events), metrics_(metrics), holds_(std::move(holds)), options_(options) {}

Task<storage::LivePage> Live::Next(Work work, Caller caller, domain::Listener listener,
                                   std::optional<storage::LivePosition> after, milliseconds wait) {
  if (wait <= 0ms || !after) co_return co_await events_.List(work, listener, after, kPageEvents);
  Waiter waiter(*this, std::move(caller), listener);
  const auto until = std::min(runtime::After(wait), work.deadline - kAnswerTime);
  while (true) {
    waiter.Listen();
    auto page = co_await events_.List(work, listener, after, kPageEvents);
    if (closed_ || page.expired || !page.entries.empty()) co_return page;
    after = page.next;
    if (!co_await waiter.Rung(until)) co_return page;
  }
}

void Live::Close() {
  closed_ = true;
  WakeAll();
}

void Live::WakeAll() {
  for (auto* waiter : waiters_) waiter->Ring();
}

Task<> Live::Look() {
  const auto news = co_await events_.NewSince(runtime::After(kLookLimit), seen_, kLookRows);
  seen_ = news.next;
  if (news.everybody) {
    WakeAll();
  } else {
    for (const auto& listener : news.listeners) {
      const auto [first, last] = waiting_.equal_range(listener);
      for (auto at = first; at != last; ++at) at->second->Ring();
    }
  }
  co_await EndThoseWhoMayNot();
}

// Those who share a token are asked about once. Waiters come and go while somebody is asked.
Task<> Live::EndThoseWhoMayNot() {
  if (steady_clock::now() < ask_at_) co_return;
  ask_at_ = steady_clock::now() + kAskEvery;
  std::unordered_set<std::string> tokens;
  for (const auto* waiter : waiters_) tokens.insert(waiter->Token());
  const auto until = runtime::After(kAskLimit);
  for (const auto& token : tokens) {
    if (token.empty() || co_await holds_(token, until)) continue;
    for (auto* waiter : waiters_) {
      if (waiter->Token() == token) waiter->End();
    }
  }
}

}  // namespace market::notification
