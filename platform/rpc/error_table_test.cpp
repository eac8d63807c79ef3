#include "platform/rpc/error_table.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "marketplace/options/v1/reason.pb.h"
#include "platform/grpc/status.hpp"

namespace market::rpc {
namespace {

TEST(ErrorTable, Codes_HaveTheirHttpStatus) {
  const std::vector<std::pair<Code, int>> rows = {
      {Code::kCancelled, 499},          {Code::kUnknown, 500},     {Code::kInvalidArgument, 400},
      {Code::kDeadlineExceeded, 504},   {Code::kNotFound, 404},    {Code::kAlreadyExists, 409},
      {Code::kPermissionDenied, 403},   {Code::kAborted, 409},     {Code::kResourceExhausted, 429},
      {Code::kFailedPrecondition, 400}, {Code::kOutOfRange, 400},  {Code::kUnimplemented, 501},
      {Code::kInternal, 500},           {Code::kUnavailable, 503}, {Code::kDataLoss, 500},
      {Code::kUnauthenticated, 401}};
  for (const auto& [code, http] : rows) EXPECT_EQ(HttpStatus(Error(code, "", "")), http) << CodeName(code);
}

TEST(ErrorTable, Reasons_MayRefineTheStatus) {
  const std::vector<std::tuple<Code, const char*, int>> rows = {
      {Code::kInvalidArgument, "BODY_TOO_LARGE", 413},
      {Code::kInvalidArgument, "URI_TOO_LONG", 414},
      {Code::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE", 415},
      {Code::kUnimplemented, "METHOD_NOT_ALLOWED", 405},
      {Code::kUnauthenticated, "BAD_CREDENTIALS", 401},
      {Code::kResourceExhausted, "RATE_LIMITED", 429},
      {Code::kResourceExhausted, "OVERLOADED", 503},
      {Code::kAborted, "ETAG_MISMATCH", 412},
      {Code::kFailedPrecondition, "ILLEGAL_TRANSITION", 409},
      {Code::kFailedPrecondition, "IDEMPOTENCY_KEY_REUSED", 422},
      {Code::kAborted, "IDEMPOTENCY_KEY_IN_FLIGHT", 409},
      {Code::kFailedPrecondition, "PAYMENT_DECLINED", 402},
      {Code::kAborted, "OUT_OF_STOCK", 409},
      {Code::kUnavailable, "COMMIT_UNKNOWN", 503}};
  for (const auto& [code, reason, http] : rows)
    EXPECT_EQ(HttpStatus(Error(code, reason, "")), http) << reason;
}

TEST(ErrorTable, EveryReason_HasACodeAndATitle) {
  const auto* reasons = marketplace::options::v1::Reason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto& value = *reasons->value(i);
    const auto& info = value.options().GetExtension(marketplace::options::v1::info);
    bool known = false;
    for (int code = 1; code <= 16; ++code) known = known || CodeName(static_cast<Code>(code)) == info.code();
    EXPECT_TRUE(known) << value.name();
    EXPECT_FALSE(ReasonTitle(value.name()).empty()) << value.name();
    EXPECT_TRUE(IsKnownReason(value.name()));
  }
  EXPECT_FALSE(IsKnownReason("REASON_UNSPECIFIED"));
  EXPECT_FALSE(IsKnownReason(""));
}

TEST(ErrorTable, Status_CarriesTheWholeError) {
  auto error = Error(Code::kAborted, "OUT_OF_STOCK", "not enough — left: 2")
                   .WithField("items[0].quantity", "TOO_LARGE", "2 left")
                   .WithField("items[1].quantity", "TOO_LARGE", "none left")
                   .WithMetadata("offer", "x")
                   .WithRetryAfter(std::chrono::milliseconds(1500));
  const auto back = FromStatus(ToStatus(error));
  EXPECT_EQ(back.code, Code::kAborted);
  EXPECT_EQ(back.reason, "OUT_OF_STOCK");
  EXPECT_EQ(back.message, error.message);
  ASSERT_EQ(back.fields.size(), 2u);
  EXPECT_EQ(back.fields[1].field, "items[1].quantity");
  EXPECT_EQ(back.fields[1].reason, "TOO_LARGE");
  EXPECT_EQ(back.fields[1].detail, "none left");
  EXPECT_EQ(back.metadata, error.metadata);
  EXPECT_EQ(back.retry_after, std::chrono::milliseconds(1500));
}

TEST(ErrorTable, StatusWithoutDetails_GetsAReasonOfTheList) {
  for (int code = 1; code <= 16; ++code) {
    const auto error = FromStatus({static_cast<Code>(code), "words", {}});
    EXPECT_EQ(error.code, static_cast<Code>(code));
    EXPECT_TRUE(IsKnownReason(error.reason)) << code;
  }
  EXPECT_EQ(FromStatus({Code::kNotFound, "", "\xff garbage"}).reason, "NOT_FOUND");
}

template <class Exception>
Error Out(Exception exception) {
  return Outward(std::make_exception_ptr(exception));
}

TEST(ErrorTable, Outward_HidesWhatIsOurs) {
  EXPECT_EQ(Out(NotFound("the order")).message, "the order does not exist");
  for (const auto& error :
       {Out(std::runtime_error("secret")), Out(Error(Code::kInternal, "INTERNAL", "secret")),
        Out(Error(Code::kUnknown, "X", "secret")), Out(42)}) {
    EXPECT_EQ(error.code, Code::kInternal);
    EXPECT_EQ(error.reason, "INTERNAL");
    EXPECT_EQ(error.message.find("secret"), std::string::npos);
  }
  EXPECT_EQ(Out(Error(Code::kUnavailable, "DEPENDENCY_UNAVAILABLE", "x")).reason, "UNAVAILABLE");
  EXPECT_EQ(Out(boost::system::system_error(boost::asio::error::operation_aborted)).code, Code::kCancelled);
  EXPECT_EQ(Out(boost::system::system_error(boost::asio::error::connection_reset)).code, Code::kInternal);
}

TEST(ErrorTable, Definitive_AreRefusalsByARule) {
  const std::vector<std::tuple<Code, const char*, bool>> rows = {
      {Code::kInvalidArgument, "MIXED_CURRENCIES", true},
      {Code::kNotFound, "NOT_FOUND", true},
      {Code::kAlreadyExists, "SLUG_TAKEN", true},
      {Code::kFailedPrecondition, "PAYMENT_DECLINED", true},
      {Code::kAborted, "OUT_OF_STOCK", true},
      {Code::kAborted, "IDEMPOTENCY_KEY_IN_FLIGHT", false},
      {Code::kUnauthenticated, "UNAUTHENTICATED", false},
      {Code::kPermissionDenied, "PERMISSION_DENIED", false},
      {Code::kResourceExhausted, "RATE_LIMITED", false},
      {Code::kUnavailable, "UNAVAILABLE", false},
      {Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", false},
      {Code::kInternal, "INTERNAL", false},
      {Code::kCancelled, "CANCELLED", false}};
  for (const auto& [code, reason, definitive] : rows) {
    EXPECT_EQ(IsDefinitive(Error(code, reason, "")), definitive) << reason;
  }
  EXPECT_FALSE(
      IsDefinitive(Error(Code::kAborted, "OUT_OF_STOCK", "").WithRetryAfter(std::chrono::seconds(1))));
}

}  // namespace
}  // namespace market::rpc
