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

// What of others the method may touch for this caller.
Reach ReachOf(const Method& method, const identity::Principal& caller);

// UNIMPLEMENTED for an internal method called from outside, which must not learn that it exists: before its
// token is looked at, since the answer to a bad one would tell.
void CheckVisible(const Method& method, const CallContext& call);

// The audience ACCOUNT is for people: an API key, or a certificate, reaches a method by its permission, or not at
// all.
Grant CheckPolicy(const Method& method, const CallContext& call);

// The seller must be within the call's reach: else NOT_FOUND, since what is not yours does not exist, or
// PERMISSION_DENIED for a member who may not do that.
void CheckMembership(const Method& method, const CallContext& call, const Message& request);

}  // namespace market::rpc
