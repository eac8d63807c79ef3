// Internal to platform/rpc. Who may call a method: the policy of the contract against what is known of the
// caller. Throw Error; pure.
#pragma once
#include "platform/rpc/call_context.hpp"
#include "platform/rpc/method.hpp"

namespace market::rpc {

// Whether a call may go on is known before its message is read, but for one case.
enum class Grant {
  kFull,
  kIfMember,  // if the seller that `seller_field` names is one of the caller's: CheckMembership
};

// UNIMPLEMENTED for an internal method called from outside, which must not learn that it exists: before its
// token is looked at, since the answer to a bad one would tell.
void CheckReach(const Method& method, const CallContext& call);

Grant CheckPolicy(const Method& method, const CallContext& call);

// The seller must be one of the caller's, else NOT_FOUND: what is not yours does not exist.
void CheckMembership(const Method& method, const CallContext& call, const Message& request);

}  // namespace market::rpc
