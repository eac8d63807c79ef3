#include "platform/core/error.hpp"

#include <array>

namespace market {

std::string_view CodeName(Code code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "UNKNOWN";
}

std::string TextOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& failure) {
    return failure.reason + ": " + failure.message;
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {  // NOLINT(bugprone-empty-catch): the words are all that is asked for
    return "an exception of an unknown type";
  }
}

Error InvalidArgument(std::string field, std::string reason, std::string detail) {
  Error error(Code::kInvalidArgument, "INVALID_ARGUMENT", "the request has invalid fields");
  error.WithField(std::move(field), std::move(reason), std::move(detail));
  return error;
}

Error NotFound(std::string_view what) {
  return Error(Code::kNotFound, "NOT_FOUND", std::string(what) + " does not exist");
}

Error Unavailable(std::string message) {
  return Error(Code::kUnavailable, "UNAVAILABLE", std::move(message));
}

Error DeadlineExceeded(std::string message) {
  return Error(Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", std::move(message));
}

}  // namespace market
