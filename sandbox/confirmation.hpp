// The page on which the owner of a card confirms a payment, or fails to: what 3-D Secure is at a bank. For
// browsers, so without a key: who has its address, which nobody can guess, is the owner. Io thread only.
#pragma once
#include "platform/http/message.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {

bool IsConfirmation(const http::Request& request);
// GET shows it; POST with outcome=complete or outcome=fail decides, once, and sends the browser back to where
// it came from.
Task<http::Response> ConfirmationPage(Provider& provider, Work work, const http::Request& request);

}  // namespace market::sandbox
