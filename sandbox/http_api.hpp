// The provider's HTTP interface:
//   POST /v1/authorizations  {amount, currency, payment_method, reference}
//   POST /v1/authorizations/{id}/capture {amount}   /void   /refunds {amount, reference}
//   GET  /v1/authorizations/{id}    GET /v1/authorizations?reference=R    GET /v1/transactions?after=N
//   GET  /v1/authorizations?changed_since=UNIX&starting_after=ID&limit=N
// Bearer key; every POST needs an Idempotency-Key.
#pragma once
#include <string>

#include "platform/http/message.hpp"
#include "platform/telemetry/tracer.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {

// `provider` and `tracer` must outlive the handler.
http::Handler HttpApi(Provider& provider, telemetry::Tracer& tracer, std::string api_key);

}  // namespace market::sandbox
