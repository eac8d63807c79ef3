#include "platform/rpc/error_table.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <unordered_map>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "marketplace/options/v1/reason.pb.h"
#include "platform/core/id.hpp"
#include "platform/core/utf8.hpp"
#include "platform/grpc/status.hpp"
#include "platform/rpc/http_status.hpp"
#include "platform/telemetry/log.hpp"

namespace market::rpc {
namespace {

namespace options = marketplace::options::v1;

constexpr std::string_view kDomain = "marketplace";
constexpr std::size_t kMessageBytesMax = 1024;

struct ReasonRow {
  int http = 0;
  std::string_view title;
};

const std::unordered_map<std::string_view, ReasonRow>& Reasons() {
  static const auto kReasons = [] {
    std::unordered_map<std::string_view, ReasonRow> reasons;
    const auto* descriptor = options::Reason_descriptor();
    for (int i = 0; i < descriptor->value_count(); ++i) {
      const auto& value = *descriptor->value(i);
      if (!value.options().HasExtension(options::info)) continue;
      const auto& info = value.options().GetExtension(options::info);
      reasons.emplace(value.name(), ReasonRow{info.http(), info.title()});
    }
    return reasons;
  }();
  return kReasons;
}

// For a status that no edge of ours made, or a reason that is not in the list.
std::string_view ReasonOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kOutOfRange:
    case Code::kFailedPrecondition:
      return "INVALID_ARGUMENT";
    case Code::kResourceExhausted:
      return "OVERLOADED";
    case Code::kAborted:
    case Code::kUnavailable:
      return "UNAVAILABLE";
    case Code::kOk:
    case Code::kUnknown:
    case Code::kDataLoss:
      return "INTERNAL";
    default:
      return CodeName(code);
  }
}

google::protobuf::Duration ToDuration(std::chrono::milliseconds delay) {
  google::protobuf::Duration duration;
  duration.set_seconds(delay.count() / 1000);
  duration.set_nanos(static_cast<int>(delay.count() % 1000) * 1'000'000);
  return duration;
}

void ReadDetail(const google::protobuf::Any& detail, Error& error) {
  if (google::rpc::ErrorInfo info; detail.UnpackTo(&info)) {
    error.reason = info.reason();
    for (const auto& [key, value] : info.metadata()) error.metadata.emplace_back(key, value);
  } else if (google::rpc::BadRequest bad; detail.UnpackTo(&bad)) {
    for (const auto& violation : bad.field_violations()) {
      error.fields.push_back({violation.field(), violation.reason(), violation.description()});
    }
  } else if (google::rpc::RetryInfo retry; detail.UnpackTo(&retry)) {
    error.retry_after = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 +
                                                  retry.retry_delay().nanos() / 1'000'000);
  }
}

// The words stay here; the outside gets an id by which the log line is found.
Error Opaque(std::string_view what, const telemetry::TraceContext* trace) {
  const auto id = Uuid::NewV7().ToString();
  telemetry::log::Error("rpc.internal_error", {{"error_id", id}, {"what", what}}, trace);
  return Error(Code::kInternal, "INTERNAL", "internal error " + id);
}

Error Named(Error error, const telemetry::TraceContext* trace) {
  if (error.code == Code::kInternal || error.code == Code::kUnknown || error.code == Code::kDataLoss ||
      error.code == Code::kOk) {
    return Opaque(error.message, trace);
  }
  if (!IsKnownReason(error.reason)) error.reason = ReasonOf(error.code);
  return error;
}

}  // namespace

int HttpStatus(const Error& error) {
  const auto row = Reasons().find(error.reason);
  return row != Reasons().end() && row->second.http != 0 ? row->second.http : HttpStatusOf(error.code);
}

std::string_view ReasonTitle(std::string_view reason) {
  const auto row = Reasons().find(reason);
  return row == Reasons().end() ? std::string_view() : row->second.title;
}

bool IsKnownReason(std::string_view reason) { return Reasons().contains(reason); }

grpc::Status ToStatus(const Error& error) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(error.code));
  details.set_message(ToValidUtf8(error.message, kMessageBytesMax));
  google::rpc::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : error.metadata) (*info.mutable_metadata())[key] = value;
  details.add_details()->PackFrom(info);
  if (!error.fields.empty()) {
    google::rpc::BadRequest bad;
    for (const auto& field : error.fields) {
      auto* violation = bad.add_field_violations();
      violation->set_field(field.field);
      violation->set_reason(field.reason);
      violation->set_description(field.detail);
    }
    details.add_details()->PackFrom(bad);
  }
  if (error.retry_after) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = ToDuration(*error.retry_after);
    details.add_details()->PackFrom(retry);
  }
  return {error.code, details.message(), details.SerializeAsString()};
}

Error FromStatus(const grpc::Status& status) {
  Error error(status.code, ReasonOf(status.code), status.message);
  google::rpc::Status details;
  if (status.details.empty() || !details.ParseFromString(status.details)) return error;
  for (const auto& detail : details.details()) ReadDetail(detail, error);
  return error;
}

Error Outward(std::exception_ptr exception, const telemetry::TraceContext* trace) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return Named(error, trace);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) {
      return Error(Code::kCancelled, "CANCELLED", "the caller went away");
    }
    return Opaque(error.what(), trace);
  } catch (const std::exception& error) {
    return Opaque(error.what(), trace);
  } catch (...) {  // the edge: nothing passes it untranslated
    return Opaque("an exception that is not a std::exception", trace);
  }
}

bool IsOurFault(Code code) {
  return code == Code::kInternal || code == Code::kUnknown || code == Code::kDataLoss ||
         code == Code::kUnavailable || code == Code::kDeadlineExceeded;
}

bool IsDefinitive(const Error& error) {
  if (error.retry_after) return false;
  switch (error.code) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition:
    case Code::kAborted:
    case Code::kOutOfRange:
      return error.reason != "IDEMPOTENCY_KEY_IN_FLIGHT";
    default:
      return false;
  }
}

}  // namespace market::rpc
