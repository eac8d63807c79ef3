// The port to a payment provider: what we ask for and the few ways in which it can end.
// stripe.hpp speaks it to Stripe and to our sandbox.
//
// Every request that moves something carries a key; the same key with the same request is the same effect,
// however often it is sent. An implementation never throws for what a provider or the network does: each
// outcome is a value, since each leads somewhere else. Io thread only.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "platform/telemetry/work.hpp"

namespace market::payment::provider {

struct Done {
  std::string authorization;  // the provider's id of the charge
};
struct Declined {
  std::string code;
};
// It will do it once whose card it is has confirmed it there; until then it holds nothing.
struct Action {
  std::string authorization;  // the provider's id of the charge to be
  std::string url;            // where that is done, in a browser; "": it names no place
};
// It may have done it or may yet do it: too late, the connection was lost, the key is in use. Find tells.
struct Unknown {
  std::string why;
};
// It certainly did not do it, and the same key may still be used:
// nothing was sent, or it was turned away at the door.
struct NotDone {
  std::string why;
};
// It answered with an error of its own, and that is its answer to this key for ever.
// Find tells whether it did it.
struct Errored {
  std::string why;
};
// It understood and will not do it.
struct Refused {
  std::string code;
};
using Result = std::variant<Done, Declined, Unknown, NotDone, Errored, Refused, Action>;
// For metrics and the log.
inline std::string_view Name(const Result& result) {
  static constexpr std::array<std::string_view, 7> kNames = {"done",  "declined", "unknown", "not_done",
                                                             "error", "refused",  "action"};
  return kNames.at(result.index());
}

struct Charge {
  std::string key;
  std::string reference;  // ours: the order
  std::string method;
  Money amount;
  // Where a browser comes back to from confirming it; "": nobody can be sent there, and what needs that is
  // declined.
  std::string return_url = {};
};
// Of a charge that was authorised.
struct Change {
  std::string key;
  std::string authorization;
  Money amount;           // not with Void
  std::string reference;  // with Refund, ours: domain::ReferenceOf
};
// A charge as it is there now, whoever asked for it.
struct Listed {
  enum class State { kAuthorized, kCaptured, kVoided, kDeclined, kRequiresAction };
  struct Refund {
    std::string reference;
    std::int64_t amount_minor = 0;
  };

  std::string authorization;
  std::string key;        // of the request that made it
  std::string reference;  // ours: the order
  State state = State::kAuthorized;
  std::string decline_code;
  Money captured;
  std::int64_t refunded_minor = 0;
  std::vector<Refund> refunds;
  std::string action_url = {};  // with kRequiresAction, where there is one
  bool was_charged = true;      // false: it was never confirmed, so that nothing was ever held of it
};
// Which charge: that of a key, or one whose id is known.
struct Sought {
  std::string reference;
  std::string key;
  std::string authorization;  // empty: by key
};
// Nothing of it is known there now; a request that is still on its way may change that.
struct Absent {};
using Found = std::variant<Listed, Absent, Unknown>;
inline std::string_view Name(const Found& found) {
  static constexpr std::array<std::string_view, 3> kNames = {"done", "absent", "unknown"};
  return kNames.at(found.index());
}

struct Page {
  std::vector<Listed> charges;
  std::string next;  // where the next page starts; empty: this is the last
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual Task<Result> Authorize(Charge charge, Work work) = 0;
  virtual Task<Result> Capture(Change change, Work work) = 0;
  virtual Task<Result> Void(Change change, Work work) = 0;
  virtual Task<Result> Refund(Change change, Work work) = 0;
  virtual Task<Found> Find(Sought sought, Work work) = 0;
  // Every charge, which what waits for somebody to confirm it is not yet, that was made or changed since then
  // by the provider's clock, a page at a time; the first page is after "". One that changes meanwhile may be
  // told of twice.
  virtual Task<std::variant<Page, Unknown>> List(Time changed_since, std::string after, Work work) = 0;
};

// Code of a Refused charge whose payment method does not exist.
inline constexpr std::string_view kMethodUnknown = "payment_method_unknown";

}  // namespace market::payment::provider
