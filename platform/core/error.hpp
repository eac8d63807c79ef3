// The one exception that ends a request: a canonical code,
// a stable machine-readable reason and words for a person.
//
// Codes are the canonical gRPC codes (github.com/grpc/grpc/blob/master/doc/statuscodes.md), so the edge needs
// one table to reach gRPC and HTTP. An outcome the caller must branch on is a return value, never an Error.
// Broken invariants are other exceptions: the edge answers INTERNAL and logs the text.
#pragma once
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market {

enum class Code : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "NOT_FOUND" and so on.
std::string_view CodeName(Code code);

struct FieldViolation {
  std::string field;   // JSON path of the field, "items[0].quantity"
  std::string reason;  // UPPER_SNAKE
  std::string detail;
};

class Error : public std::exception {
 public:
  // `reason` is one of proto/marketplace/options/v1/reason.proto; `message` may be shown to the caller.
  Error(Code code, std::string_view reason, std::string message)
      : code(code), reason(reason), message(std::move(message)) {}

  const char* what() const noexcept override { return message.c_str(); }

  Error& WithField(std::string field, std::string field_reason, std::string detail) {
    fields.push_back({std::move(field), std::move(field_reason), std::move(detail)});
    return *this;
  }
  Error& WithMetadata(std::string key, std::string value) {
    metadata.emplace_back(std::move(key), std::move(value));
    return *this;
  }
  Error& WithRetryAfter(std::chrono::milliseconds delay) {
    retry_after = delay;
    return *this;
  }

  Code code;
  std::string reason;
  std::string message;
  std::vector<FieldViolation> fields;
  std::vector<std::pair<std::string, std::string>> metadata;  // google.rpc.ErrorInfo.metadata
  std::optional<std::chrono::milliseconds> retry_after;
};

// The words of any exception, of an Error with its reason, for the log.
std::string TextOf(const std::exception_ptr& error);

// The refusals every room needs; a service's own reasons are thrown where they arise.
Error InvalidArgument(std::string field, std::string reason, std::string detail);
Error NotFound(std::string_view what);
Error Unavailable(std::string message);
Error DeadlineExceeded(std::string message);

}  // namespace market
