// From a call to its act on record (platform/audit): who, by what right, in which call.
#pragma once
#include <string>

#include "platform/audit/audit.hpp"
#include "platform/rpc/call_context.hpp"

namespace market::rpc {

// Of a call that reaches what is not its caller's own: an operator, a member of a shop, an API key, which is named,
// of the account that made it, or the certificate of those who run the machines, which has none. What was done to
// what is for the storage to add, which knows. Throws std::logic_error for a call that came through no edge.
audit::Act ActOf(const CallContext& call, std::string reason = {});

}  // namespace market::rpc
