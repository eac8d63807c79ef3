#include "gateway/problem.hpp"

#include <gtest/gtest.h>

namespace market::gateway {
namespace {

std::string MetadataOf(const Error& error) {
  const std::string body = ProblemOf(error, "t").body;
  const auto begin = body.find("\"metadata\":");
  return begin == std::string::npos ? "" : body.substr(begin, body.find(",\"traceId\"") - begin);
}

TEST(ProblemOf, Metadata_IsTypedByTheContract) {
  const auto error =
      Error(Code::kAborted, "PRICE_CHANGED", "dearer")
          .WithMetadata("quoteHash", "q\"")
          .WithMetadata("lines", R"([{"field":"items[0].offerId","offerId":"o","requested":3,"available":0,)"
                                 R"("oldPrice":{"amount":1,"currency":"EUR"}}])");
  EXPECT_EQ(
      MetadataOf(error),
      R"("metadata":{"quoteHash":"q\"","lines":[{"field":"items[0].offerId","offerId":"o","requested":3,)"
      R"("available":0,"oldPrice":{"amount":1,"currency":"EUR"}}],"sellers":[],"coupons":[]})");
}

TEST(ProblemOf, ANumberOfTheMetadata_IsANumber) {
  const auto limited = [](std::string limit) {
    return MetadataOf(Error(Code::kFailedPrecondition, "LIMIT_REACHED", "full").WithMetadata("limit", limit));
  };
  EXPECT_EQ(limited("50"), R"("metadata":{"lines":[],"limit":50,"sellers":[],"coupons":[]})");
  EXPECT_EQ(limited("many"), R"("metadata":{"lines":[],"sellers":[],"coupons":[]})");
}

TEST(ProblemOf, WhatTheContractDoesNotName_StaysInside) {
  const auto error = Error(Code::kAborted, "OUT_OF_STOCK", "none left")
                         .WithMetadata("from", "PLACED")
                         .WithMetadata("inside", "ours")
                         .WithMetadata("lines", "[{]");
  EXPECT_EQ(MetadataOf(error), R"("metadata":{"from":"PLACED","lines":[],"sellers":[],"coupons":[]})");
  EXPECT_EQ(MetadataOf(Error(Code::kNotFound, "NOT_FOUND", "no such thing")), "");
}

}  // namespace
}  // namespace market::gateway
