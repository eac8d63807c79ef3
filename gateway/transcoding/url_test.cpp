#include "gateway/transcoding/url.hpp"

#include <gtest/gtest.h>

#include "gateway/transcoding/testing/random_message.hpp"
#include "marketplace/product/v1/product.pb.h"

namespace market::transcoding {
namespace {

namespace product = marketplace::product::v1;

template <class Request>
std::string RefusalOfQuery(std::string_view query, Request& message, std::uint64_t elsewhere = 0) {
  Schemas schemas;
  Violations violations;
  AssignQuery(message, schemas.Add(message.GetDescriptor()), query, elsewhere, violations);
  try {
    violations.ThrowIfAny();
  } catch (const Error& error) {
    std::string summary = error.reason;
    for (const auto& field : error.fields) summary += " " + field.field + ":" + field.reason;
    return summary;
  }
  return "";
}

TEST(AssignQuery, Parameters_FillTheirFields) {
  product::SearchProductsRequest message;
  EXPECT_EQ(
      RefusalOfQuery("query=brass+engine%20%26%C3%A9&minPrice=100&inStock=true&pageSize=5&&orderBy=-price&"
                     "pageToken=a%3D%3d",
                     message),
      "");
  EXPECT_EQ(message.query(), "brass engine &\xc3\xa9");
  EXPECT_EQ(message.min_price(), 100);
  EXPECT_TRUE(message.in_stock());
  EXPECT_EQ(message.page_size(), 5);
  EXPECT_EQ(message.order_by(), "-price");
  EXPECT_EQ(message.page_token(), "a==");
}

TEST(AssignQuery, EveryKind_IsUnderstood) {
  EveryKind every;
  const auto message = every.New();
  EXPECT_EQ(RefusalOfQuery(
                "myColor=RED&myTime=2026-11-24T10:00:00Z&myMask=a,bC&manyInt32=1&manyInt32=-2&manyString=x&"
                "manyString=y"
                "&myEvery.myInt64=7&myDouble=1.5&myBytes=YWI%3D&maybeInt=0&myEvery.myEvery.manyColor=BLUE",
                *message),
            "");
  EXPECT_EQ(message->ShortDebugString(),
            "my_bytes: \"ab\" my_double: 1.5 my_color: RED my_time { seconds: 1795514400 } my_mask { paths: "
            "\"a\" paths: \"b_c\" } "
            "my_every { my_int64: 7 my_every { many_color: BLUE } } many_string: \"x\" many_string: \"y\" "
            "many_int32: 1 "
            "many_int32: -2 maybe_int: 0");
}

TEST(AssignQuery, Mistakes_AreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"x=1", "UNKNOWN_FIELD x:UNKNOWN_FIELD"},
      {"page_size=1", "UNKNOWN_FIELD page_size:UNKNOWN_FIELD"},
      {"PageSize=1", "UNKNOWN_FIELD PageSize:UNKNOWN_FIELD"},
      {"pageSize=1&x", "UNKNOWN_FIELD x:UNKNOWN_FIELD"},
      {"=1", "UNKNOWN_FIELD :UNKNOWN_FIELD"},
      {"pageSize.x=1", "UNKNOWN_FIELD pageSize.x:UNKNOWN_FIELD"},
      {"pageSize[]=1", "UNKNOWN_FIELD pageSize[]:UNKNOWN_FIELD"},
      {"pageSize=", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=x", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=1.5", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=+1", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=%2B1", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=0x10", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=01", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=1;orderBy=price", "INVALID_ARGUMENT pageSize:WRONG_TYPE"},
      {"pageSize=2147483648", "INVALID_ARGUMENT pageSize:OUT_OF_RANGE"},
      {"pageSize=99999999999999999999", "INVALID_ARGUMENT pageSize:OUT_OF_RANGE"},
      {"pageSize=1&pageSize=1", "INVALID_ARGUMENT pageSize:DUPLICATE"},
      {"inStock=1", "INVALID_ARGUMENT inStock:WRONG_TYPE"},
      {"inStock=TRUE", "INVALID_ARGUMENT inStock:WRONG_TYPE"},
      {"inStock=yes", "INVALID_ARGUMENT inStock:WRONG_TYPE"},
      {"inStock", "INVALID_ARGUMENT inStock:WRONG_TYPE"},
      {"query=%", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%4", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%zz", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%00", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%ff", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%c0%af", "INVALID_ARGUMENT query:MALFORMED"},
      {"query=%ed%a0%80", "INVALID_ARGUMENT query:MALFORMED"},
      {"%ff=1", "INVALID_ARGUMENT %ff:MALFORMED"},
  };
  for (const auto& [query, refusal] : cases) {
    product::SearchProductsRequest message;
    EXPECT_EQ(RefusalOfQuery(query, message), refusal) << query;
  }
}

TEST(Violations, LongPath_IsCutBetweenCharacters) {
  std::string path = "a";
  for (int i = 0; i < 30; ++i) path += "\U0001d4e3";
  Violations violations;
  violations.Add(path, "MALFORMED", "x");
  try {
    violations.ThrowIfAny();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fields[0].field, path.substr(0, 1 + 29 * 4));
  }
}

TEST(AssignQuery, FieldsOfMessagesAndMaps_CantBeGivenWhole) {
  EveryKind every;
  for (const char* query : {"myEvery=1", "texts=1", "texts.a=b", "manyEvery.myInt64=1", "manyEvery=1",
                            "myEvery.=1", ".myInt64=1"}) {
    const auto message = every.New();
    EXPECT_EQ(RefusalOfQuery(query, *message).substr(0, 13), "UNKNOWN_FIELD") << query;
  }
}

TEST(AssignQuery, FieldFromElsewhere_IsUnknown) {
  product::ListSellerProductsRequest message;
  Schemas schemas;
  const auto bit = schemas.Add(message.GetDescriptor()).Find("sellerId")->bit;
  EXPECT_EQ(RefusalOfQuery("sellerId=x", message, bit), "UNKNOWN_FIELD sellerId:UNKNOWN_FIELD");
}

TEST(DecodePathPart, PlusAndSlash_AreThemselves) {
  EXPECT_EQ(DecodePathPart("a+b%2Fc%3a"), "a+b/c:");
  EXPECT_EQ(DecodePathPart("%e2%82"), std::nullopt);
  EXPECT_EQ(DecodePathPart("a%"), std::nullopt);
}

TEST(ResolveFieldPath, PathsOfTheContract_OrALogicError) {
  EveryKind every;
  Schemas schemas;
  const auto& schema = schemas.Add(every.Descriptor());
  EXPECT_EQ(ResolveFieldPath(schema, "my_every.my_int64").size(), 2U);
  for (const char* path : {"", "x", "myInt64", "my_every", "many_int64", "texts", "my_int64.x", "my_every.",
                           "many_every.my_int64"}) {
    EXPECT_THROW(ResolveFieldPath(schema, path), std::logic_error) << path;
  }
}

}  // namespace
}  // namespace market::transcoding
