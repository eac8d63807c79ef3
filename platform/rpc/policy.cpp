#include "platform/rpc/policy.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

namespace market::rpc {
namespace {

namespace options = marketplace::options::v1;
using google::protobuf::FieldDescriptor;

bool AllowsService(const Method& method, std::string_view service) {
  return !service.empty() && method.Allows(options::SERVICE) &&
         std::ranges::find(method.policy.services(), service) != method.policy.services().end();
}

bool IsInternal(const Method& method) {
  return std::ranges::all_of(method.policy.allow(),
                             [](int audience) { return audience == options::SERVICE; });
}

Error Denied() {
  return Error(Code::kPermissionDenied, "PERMISSION_DENIED", "this caller is not allowed to do that");
}

// "a.b": the text at the end of the path; empty where a message on the way is missing.
std::string TextAt(const Message& message, std::string_view path) {
  const auto dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  const auto& reflection = *message.GetReflection();
  if (dot == path.npos) return reflection.GetString(message, field);
  return TextAt(reflection.GetMessage(message, field), path.substr(dot + 1));
}

}  // namespace

Reach ReachOf(const Method& method, const identity::Principal& caller) {
  const auto permission = method.policy.permission();
  if (permission == options::PERMISSION_UNSPECIFIED) return {};
  return {.everything = caller.permissions.Has(permission), .sellers = caller.SellersWith(permission)};
}

void CheckVisible(const Method& method, const CallContext& call) {
  if (call.Service().empty() && IsInternal(method)) {
    throw Error(Code::kUnimplemented, "UNIMPLEMENTED", "there is no such method");
  }
}

Grant CheckPolicy(const Method& method, const CallContext& call) {
  if (AllowsService(method, call.Service())) return Grant::kFull;
  if (IsInternal(method)) throw Denied();
  if (method.Allows(options::PUBLIC)) return Grant::kFull;
  // A key has none of its maker's own things, a certificate has none at all, and neither makes sessions or keys.
  if (call.Caller().bearer != identity::Bearer::kPerson) {
    if (method.policy.secret_answer()) throw Denied();
  } else if (method.Allows(options::ACCOUNT)) {
    if (method.policy.full_account() && call.Caller().guest) {
      throw Error(Code::kFailedPrecondition, "GUEST_ACCOUNT", "a guest claims the account before that");
    }
    return Grant::kFull;
  }
  if (method.Allows(options::OPERATOR) && call.Reach().everything) return Grant::kFull;
  if (!method.Allows(options::SELLER) || call.Reach().sellers.empty()) throw Denied();
  return method.policy.seller_field().empty() ? Grant::kFull : Grant::kIfMember;
}

void CheckMembership(const Method& method, const CallContext& call, const Message& request) {
  const auto seller = SellerId::Parse(TextAt(request, method.policy.seller_field()));
  if (!seller || !call.Caller().IsMemberOf(*seller)) throw NotFound("the seller");
  if (std::ranges::find(call.Reach().sellers, *seller) == call.Reach().sellers.end()) throw Denied();
}

}  // namespace market::rpc
