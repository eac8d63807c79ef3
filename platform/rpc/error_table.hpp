// Error <-> gRPC status <-> HTTP status: one table, read from the reasons of proto/marketplace/options/v1/reason.proto.
#pragma once
#include <exception>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"

namespace market::grpc {
struct Status;
}

namespace market::rpc {

int HttpStatus(const Error& error);
std::string_view ReasonTitle(std::string_view reason);
bool IsKnownReason(std::string_view reason);

// google.rpc.Status with ErrorInfo, BadRequest and RetryInfo in the details.
grpc::Status ToStatus(const Error& error);
Error FromStatus(const grpc::Status& status);

// What the outside sees of an exception: an Error as it is; a cancelled task as CANCELLED; anything else as INTERNAL
// with an opaque id, its text in the log only.
Error Outward(std::exception_ptr exception);

// Whether the answer is final, so that an idempotency key may keep it: a refusal by a rule is, an outage is not.
bool IsDefinitive(const Error& error);

}  // namespace market::rpc
