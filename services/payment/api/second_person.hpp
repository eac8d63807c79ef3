// Whether an act of money needs a second person besides who asks for it.
//
// By default it does where there is one: where auth knows more than one account that may. When auth can't be asked it does, too:
// nobody gets past the second look by breaking the line. Owner: the service; io thread only.
#pragma once
#include <cstdint>
#include <string_view>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/runtime/task.hpp"
#include "services/payment/storage/commission_rules.hpp"

namespace market::payment {

class SecondPerson {
 public:
  enum class Rule : std::uint8_t { kAuto, kAlways, kNever };

  explicit SecondPerson(Rule rule) : rule_(rule) {}

  // Before the first call. Apart from the constructor since the services know each other.
  void Connect(api::AuthApi& auth) { auth_ = &auth; }

  // `permission`: of who may do it, "commissions.write".
  Task<storage::SecondPerson> For(CallContext& call, std::string_view permission);

 private:
  const Rule rule_;
  api::AuthApi* auth_ = nullptr;
};

}  // namespace market::payment
