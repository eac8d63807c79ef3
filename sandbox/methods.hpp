// The payment methods of the sandbox and how each behaves.
// Names follow Stripe's test methods where they have one.
#pragma once
#include <optional>
#include <string_view>

namespace market::sandbox {

struct Behaviour {
  std::string_view method;
  std::string_view decline_code;  // empty: authorises
  enum class Answer { kAtOnce, kAfterCallerGaveUp } answer = Answer::kAtOnce;
  int errors_before = 0;               // answers 500 to this many keys of a reference first
  std::string_view capture_code = {};  // why what was authorised can't be captured; empty: it can
  enum class Asks { kNobody, kOwner } asks = Asks::kNobody;  // whether its owner must confirm each charge
  std::string_view dispute_reason = {};  // why the buyer's bank disputes what is captured; empty: it does not
};

// Nothing for a method that does not exist.
std::optional<Behaviour> BehaviourOf(std::string_view method);

}  // namespace market::sandbox
