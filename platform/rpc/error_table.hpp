// Error <-> gRPC status <-> HTTP status: one table, read from the reasons of
// proto/marketplace/options/v1/reason.proto.
#pragma once
#include <exception>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"

namespace market::grpc {
struct Status;
}
namespace market::telemetry {
struct TraceContext;
}

namespace market::rpc {

int HttpStatus(const Error& error);
std::string_view ReasonTitle(std::string_view reason);
bool IsKnownReason(std::string_view reason);

// The code, a reason of the list and, in the details, google.rpc.ErrorInfo, BadRequest and RetryInfo; and
// back. A status without details, which no edge of ours made, gets the reason of its code.
grpc::Status ToStatus(const Error& error);
Error FromStatus(const grpc::Status& status);

// What the outside sees of an exception: an Error as it is; a cancelled task as CANCELLED; anything else as
// INTERNAL with an opaque id, its text in the log only (in the trace's line, when there is one).
Error Outward(std::exception_ptr exception, const telemetry::TraceContext* trace = nullptr);

// Whether a failure with this code is a server's fault and not its caller's.
bool IsOurFault(Code code);

// Whether the answer is final, so that an idempotency key may keep it: a refusal by a rule is; an outage, a
// missing right and what says when to come back are not.
bool IsDefinitive(const Error& error);

}  // namespace market::rpc
