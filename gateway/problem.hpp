// Errors as REST shows them: application/problem+json (RFC 9457).
//
//   {"type":"/problems/out-of-stock","title":"Not enough in stock","status":409,"detail":"…",
//    "reason":"OUT_OF_STOCK","traceId":"…",
//    "fields":[{"field":"items[0].offerId","reason":"OUT_OF_STOCK","detail":"2 left"}]}
//
// `type` is a relative reference, resolved against the API's own address, where the documentation of that
// reason stands: so it is right on every host. `reason` is the same word as in the gRPC error. `metadata`
// (proto/marketplace/type/v1/refusal.proto) is there when the error has some.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/error.hpp"
#include "platform/http/message.hpp"
#include "platform/http/server.hpp"

namespace market::gateway {

// With Content-Type, Cache-Control, Retry-After and, for 401, WWW-Authenticate.
http::Response ProblemOf(const Error& error, std::string_view trace_id);

// What the server refuses before it is a request.
Error ErrorOf(http::Fault fault);

}  // namespace market::gateway
