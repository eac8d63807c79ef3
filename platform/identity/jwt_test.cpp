#include "platform/identity/jwt.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/ec_key.hpp"

namespace market::identity {
namespace {

namespace options = marketplace::options::v1;

constexpr std::string_view kIssuer = "https://market.test";
const Time kNow = Time(std::chrono::seconds(1'750'000'000));

// RFC 7515 appendix A.3: the key and the example's JWS.
constexpr std::string_view kRfcX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr std::string_view kRfcY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr std::string_view kRfcSigned =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";
constexpr std::string_view kRfcSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

Claims SomeClaims() {
  return {.principal = {.account = AccountId::New(), .session = Uuid::NewV7()},
          .issuer = std::string(kIssuer),
          .issued_at = kNow,
          .expires_at = kNow + std::chrono::minutes(10)};
}

class Jwt : public ::testing::Test {
 protected:
  Jwt() : key_(SigningKey::Generate()) { ring_.Replace({key_.Public()}); }

  std::optional<Claims> Verify(std::string_view token, Time now = kNow) const {
    return ring_.Verify(token, kIssuer, now);
  }

  // A token whose parts are the test's, signed by a good key over whatever they are.
  std::string Forge(std::string header, std::string payload) const {
    const std::string text = crypto::Base64UrlEncode(Fill(std::move(header))) + "." +
                             crypto::Base64UrlEncode(Fill(std::move(payload)));
    return text + "." + crypto::Base64UrlEncode(crypto::SignEs256(forger_.get(), text));
  }

  // KID stands for the key's id.
  std::string Fill(std::string text) const {
    if (const auto at = text.find("KID"); at != text.npos) text.replace(at, 3, forger_kid_);
    return text;
  }

  void UseForgerKey() {
    const auto point = crypto::PointOf(forger_.get());
    ring_.Replace({{forger_kid_, crypto::Base64UrlEncode(point.x), crypto::Base64UrlEncode(point.y)}});
  }

  SigningKey key_;
  KeyRing ring_;
  crypto::KeyHandle forger_ = crypto::GeneratePrivateKey();
  std::string forger_kid_ = "forger";
};

constexpr const char* kGoodHeader = R"({"alg":"ES256","typ":"at+jwt","kid":"KID"})";
constexpr const char* kGoodPayload =
    R"({"iss":"https://market.test","aud":"marketplace","sub":"01976b2a-0000-7000-8000-000000000001",)"
    R"("sid":"01976b2a-0000-7000-8000-000000000002","ver":4,"iat":1750000000,"exp":1750000600})";

TEST_F(Jwt, RfcVector_Verifies) {
  const auto key =
      crypto::PublicKeyFromPoint(*crypto::Base64UrlDecode(kRfcX), *crypto::Base64UrlDecode(kRfcY));
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(crypto::VerifyEs256(key.get(), kRfcSigned, *crypto::Base64UrlDecode(kRfcSignature)));
  EXPECT_FALSE(
      crypto::VerifyEs256(key.get(), std::string(kRfcSigned) + "x", *crypto::Base64UrlDecode(kRfcSignature)));
}

// RFC 6979 appendix A.2.5, with SHA-256; the s of the first is in the upper half, which ES256 allows. RFC 7520 has no
// example of ES256.
TEST_F(Jwt, VectorsOfRfc6979_Verify) {
  const auto bytes = [](std::string_view hex) {
    std::string text;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      text += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return text;
  };
  const auto key =
      crypto::PublicKeyFromPoint(bytes("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
                                 bytes("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"));
  ASSERT_NE(key, nullptr);
  const auto sample = bytes(
      "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
  const auto test = bytes(
      "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
      "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083");
  EXPECT_TRUE(crypto::VerifyEs256(key.get(), "sample", sample));
  EXPECT_TRUE(crypto::VerifyEs256(key.get(), "test", test));
  EXPECT_FALSE(crypto::VerifyEs256(key.get(), "test", sample));
}

TEST_F(Jwt, SignedClaims_ComeBack) {
  auto claims = SomeClaims();
  claims.account_version = 7;
  claims.principal.permissions = {options::LEDGER_READ};
  claims.principal.sellers = {{SellerId::New(), {options::ORDERS_READ, options::OFFERS_WRITE}},
                              {SellerId::New(), {options::ORDERS_READ}},
                              {SellerId::New(), {options::ORDERS_READ}},
                              {SellerId::New(), {}}};
  const auto read = Verify(key_.Sign(claims));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->principal.account, claims.principal.account);
  EXPECT_EQ(read->principal.session, claims.principal.session);
  EXPECT_EQ(read->account_version, 7);
  EXPECT_FALSE(read->principal.guest);
  EXPECT_FALSE(read->principal.email_verified);
  EXPECT_EQ(read->principal.permissions, claims.principal.permissions);
  for (const auto& membership : claims.principal.sellers) {
    const auto found = std::ranges::find(read->principal.sellers, membership.seller, &Membership::seller);
    ASSERT_NE(found, read->principal.sellers.end());
    EXPECT_EQ(found->permissions, membership.permissions);
  }
  EXPECT_EQ(read->principal.SellersWith(options::ORDERS_READ).size(), 3u);
  EXPECT_EQ(read->principal.SellersWith(options::OFFERS_WRITE),
            std::vector{claims.principal.sellers[0].seller});
  EXPECT_TRUE(read->principal.SellersWith(options::LEDGER_READ).empty());
  EXPECT_EQ(read->issued_at, claims.issued_at);
  EXPECT_EQ(read->expires_at, claims.expires_at);
}

TEST_F(Jwt, WhatIsSaidOfTheAccount_ComesBack) {
  auto claims = SomeClaims();
  claims.principal.guest = true;
  claims.principal.email_verified = true;
  const auto read = Verify(key_.Sign(claims));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->principal.guest);
  EXPECT_TRUE(read->principal.email_verified);
}

TEST_F(Jwt, FlagsThatAreNoBooleans_AreRefused) {
  UseForgerKey();
  for (const char* flag : {R"(,"email_verified":"true")", R"(,"email_verified":1)",
                           R"(,"email_verified":null)", R"(,"guest":"false")", R"(,"guest":0)"}) {
    std::string payload = kGoodPayload;
    payload.insert(payload.size() - 1, flag);
    EXPECT_FALSE(Verify(Forge(kGoodHeader, payload))) << flag;
  }
}

TEST_F(Jwt, TimeLimits_AllowThirtySecondsOfSkew) {
  const auto token = key_.Sign(SomeClaims());
  using std::chrono::seconds;
  EXPECT_TRUE(Verify(token, kNow - seconds(30)));
  EXPECT_FALSE(Verify(token, kNow - seconds(31)));
  EXPECT_TRUE(Verify(token, kNow + seconds(629)));
  EXPECT_FALSE(Verify(token, kNow + seconds(630)));
}

TEST_F(Jwt, AnotherIssuer_IsRefused) {
  EXPECT_FALSE(ring_.Verify(key_.Sign(SomeClaims()), "https://other.test", kNow));
}

TEST_F(Jwt, ReplacedKeys_NoLongerVerify) {
  const auto token = key_.Sign(SomeClaims());
  const auto other = SigningKey::Generate();
  ring_.Replace({other.Public(), key_.Public()});
  EXPECT_TRUE(Verify(token));
  ring_.Replace({other.Public()});
  EXPECT_FALSE(Verify(token));
  EXPECT_FALSE(ring_.Has(key_.Kid()));
}

TEST_F(Jwt, BadKeys_AreLeftOut) {
  const auto good = key_.Public();
  ring_.Replace({{"short", "AAAA", good.y},
                 {"off-curve", good.y, good.x},
                 {"not base64", "=", good.y},
                 {"", good.x, good.y}});
  EXPECT_TRUE(ring_.Empty());
}

TEST_F(Jwt, Pem_IsChecked) {
  EXPECT_THROW(SigningKey::FromPem("nonsense"), std::runtime_error);
  EXPECT_THROW(SigningKey::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
               std::runtime_error);
}

Permissions All() {
  Permissions all;
  for (int number = 0; number < options::Permission_ARRAYSIZE; ++number) all.Add(number);
  return all;
}

TEST_F(Jwt, FortySellersAndEveryPermission_Fit) {
  auto claims = SomeClaims();
  claims.principal.permissions = All();
  for (int i = 0; i < 40; ++i) claims.principal.sellers.push_back({SellerId::New(), All()});
  const auto read = Verify(key_.Sign(claims));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->principal.sellers.size(), 40u);
}

TEST_F(Jwt, TooManySellers_DoNotFit) {
  auto claims = SomeClaims();
  for (int i = 0; i < 100; ++i) claims.principal.sellers.push_back({SellerId::New(), All()});
  EXPECT_THROW(key_.Sign(claims), std::length_error);
}

TEST_F(Jwt, PermissionsOfANewerAuth_ArePassedOver) {
  UseForgerKey();
  std::string payload = kGoodPayload;
  payload.insert(payload.size() - 1, R"(,"permissions":[31,1000000,-1,0])");
  const auto read = Verify(Forge(kGoodHeader, payload));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->principal.permissions, Permissions({options::LEDGER_READ}));
}

TEST_F(Jwt, GoodForgery_VerifiesAsTheControl) {
  UseForgerKey();
  EXPECT_TRUE(Verify(Forge(kGoodHeader, kGoodPayload)));
}

// The claims of a member of one seller.
std::string Member(const std::string& index, const std::string& grants) {
  return R"("exp":1750000600,"sellers":{"01976b2a-0000-7000-8000-000000000003":)" + index + R"(},"grants":)" +
         grants;
}

TEST_F(Jwt, MemberClaims_VerifyAsTheControl) {
  UseForgerKey();
  std::string payload = kGoodPayload;
  payload.replace(payload.find(R"("exp":1750000600)"), 16, Member("0", "[[20]]"));
  const auto read = Verify(Forge(kGoodHeader, payload));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->principal.SellersWith(options::ORDERS_READ).size(), 1u);
}

TEST(Base64Url, Texts_AreStrict) {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::string bytes(size, '\xfb');
    EXPECT_EQ(crypto::Base64UrlDecode(crypto::Base64UrlEncode(bytes)), bytes);
  }
  for (const char* text : {"A", "AA=", "AB", "AAB", "A+A", "A/A", "A A", "AAAAA"})
    EXPECT_FALSE(crypto::Base64UrlDecode(text)) << text;
}

}  // namespace
}  // namespace market::identity
