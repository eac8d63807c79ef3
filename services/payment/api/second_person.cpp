#include "services/payment/api/second_person.hpp"

#include "platform/core/error.hpp"

namespace market::payment {

using enum storage::SecondPerson;

Task<storage::SecondPerson> SecondPerson::For(CallContext& call, std::string_view permission) {
  if (rule_ == Rule::kAlways) co_return kNeeded;
  if (rule_ == Rule::kNever) co_return kNotNeeded;
  api::auth::CountOperatorsRequest request;
  request.set_permission(std::string(permission));
  try {
    const auto counted = co_await auth_->CountOperators(call, std::move(request));
    co_return counted.operators() > 1 ? kNeeded : kNotNeeded;
  } catch (const Error&) {
    co_return kNeeded;
  }
}

}  // namespace market::payment
