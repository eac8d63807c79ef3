// From a call to its act on record (platform/audit): who, by what right, in which call.
#pragma once
#include <string>

#include "platform/audit/audit.hpp"
#include "platform/rpc/call_context.hpp"

namespace market::rpc {

// Of a call that reaches everything (Reach) the caller is an operator, else a member of a seller. What was
// done to what is for the storage to add, which knows. Throws std::logic_error for a call that came through
// no edge.
audit::Act ActOf(const CallContext& call, std::string reason = {});

}  // namespace market::rpc
