#include "platform/rpc/page_token.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::rpc {
namespace {

const PageTokens pages("secret");

void ExpectInvalid(std::string_view filter, const std::string& token) {
  try {
    pages.Decode<Time, Uuid>(filter, token);
    ADD_FAILURE() << "accepted: " << token;
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    EXPECT_EQ(error.reason, "INVALID_PAGE_TOKEN");
  }
}

const Time kTime{std::chrono::microseconds(1'700'000'000'123'456)};

TEST(PageToken, EveryKeyType_RoundTrips) {
  const auto id = SellerId::New();
  const auto token =
      pages.Encode("list", std::int64_t{-5}, kTime, id.Value(), id, std::string("a:b\0c", 5), std::string());
  const auto keys = pages.Decode<std::int64_t, Time, Uuid, SellerId, std::string, std::string>("list", token);
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys, std::tuple(-5, kTime, id.Value(), id, std::string("a:b\0c", 5), std::string()));
}

TEST(PageToken, EmptyToken_IsTheFirstPage) { EXPECT_FALSE((pages.Decode<Time, Uuid>("list", ""))); }

TEST(PageToken, AnotherFilter_Refused) {
  ExpectInvalid("orders|SHIPPED", pages.Encode("orders|PLACED", kTime, Uuid::NewV7()));
}

TEST(PageToken, OtherKeyTypesOrCount_Refused) {
  ExpectInvalid("list", pages.Encode("list", kTime));
  ExpectInvalid("list", pages.Encode("list", std::string("x"), Uuid::NewV7()));
  ExpectInvalid("list", pages.Encode("list", kTime, std::string("no uuid")));
  ExpectInvalid("list", pages.Encode("list", kTime, Uuid::NewV7(), kTime));
}

TEST(PageToken, AnyOneCharacterChanged_Refused) {
  const auto token = pages.Encode("list", kTime, Uuid::NewV7());
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto damaged = token;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    ExpectInvalid("list", damaged);
  }
  for (std::size_t size = 1; size < token.size(); ++size) ExpectInvalid("list", token.substr(0, size));
  ExpectInvalid("list", token + "=");
  ExpectInvalid("list", token + "A");
}

TEST(PageToken, Garbage_Refused) {
  for (const std::string garbage : {"x", "====", "not a token", "\xff\xfe\xfd", "+/+/"})
    ExpectInvalid("list", garbage);
  ExpectInvalid("list", std::string(100'000, 'A'));
}

TEST(PageToken, OfAnotherKey_Refused) {
  const PageTokens others("another secret");
  ExpectInvalid("list", others.Encode("list", kTime, Uuid::NewV7()));
  const PageTokens replica("secret");
  EXPECT_TRUE((pages.Decode<Time>("list", replica.Encode("list", kTime))));
}

// Who knows how a token is made but not the key can't make one.
TEST(PageToken, ForgedWithoutTheKey_Refused) {
  const auto real = crypto::Base64UrlDecode(pages.Encode("list", kTime, Uuid::NewV7())).value();
  const auto payload = real.substr(16);
  const std::string covered = std::string("4\0list", 6) + payload;
  for (const auto& code : {crypto::Sha256(covered), crypto::HmacSha256("", covered), std::string(16, '\0')})
    ExpectInvalid("list", crypto::Base64UrlEncode(code.substr(0, 16) + payload));
  const auto key = crypto::HmacSha256("secret", "page tokens");
  EXPECT_EQ(crypto::HmacSha256(key, covered).substr(0, 16), real.substr(0, 16));
}

TEST(PageToken, WithoutASecret_NoneIsMade) {
  EXPECT_THROW(PageTokens().Encode("list", kTime), std::logic_error);
}

TEST(PageToken, PageSize_StaysWithinTheContract) {
  EXPECT_EQ(PageSize(0), 20);
  EXPECT_EQ(PageSize(-1), 20);
  EXPECT_EQ(PageSize(1), 1);
  EXPECT_EQ(PageSize(100), 100);
  EXPECT_EQ(PageSize(1000), 100);
}

}  // namespace
}  // namespace market::rpc
