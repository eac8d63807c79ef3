// The provider's HTTP interface: Stripe's routes, form-encoded bodies, Stripe's objects and errors
// (README.md).
#pragma once
#include <string>

#include "platform/http/message.hpp"
#include "platform/telemetry/tracer.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {

// `provider` and `tracer` must outlive the handler.
http::Handler HttpApi(Provider& provider, telemetry::Tracer& tracer, std::string api_key);

}  // namespace market::sandbox
