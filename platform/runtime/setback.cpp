#include "platform/runtime/setback.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

namespace market::runtime {
namespace {

constexpr std::size_t kWhyBytesMax = 500;

bool IsForLater(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& refusal) {
    switch (refusal.code) {
      case Code::kUnavailable:
      case Code::kDeadlineExceeded:
      case Code::kResourceExhausted:
      case Code::kAborted:
      case Code::kCancelled:
        return true;
      default:
        return false;
    }
  } catch (...) {  // it is not swallowed: the caller holds it
    return false;
  }
}

std::string Printable(std::string text) {
  text.resize(std::min(text.size(), kWhyBytesMax));
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c >= 127; }, '?');
  return text;
}

}  // namespace

Setback Patience::After(const std::exception_ptr& error, std::uint32_t attempts,
                        std::uint32_t failures) const {
  Setback setback{.why = Printable(TextOf(error)), .failures = failures};
  if (!IsForLater(error)) ++setback.failures;
  setback.delay = Backoff::After(attempts + 1, backoff);
  if (setback.failures >= tries && setback.failures > failures) setback.then = Setback::Then::kParked;
  return setback;
}

}  // namespace market::runtime
