#include "services/auth/credentials/one_time_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace market::auth {
namespace {

const Time kNow = Time(std::chrono::seconds(1'800'000'015));
const auto kAuthenticator = *Uuid::Parse("01976b2a-0000-7000-8000-000000000001");

// RFC 4226 appendix D and RFC 6238 appendix B (its last six digits of eight).
TEST(OneTimePassword, RfcVectors) {
  constexpr std::string_view kSecret = "12345678901234567890";
  const std::vector<std::pair<std::int64_t, std::string>> vectors = {{0, "755224"},
                                                                     {1, "287082"},
                                                                     {2, "359152"},
                                                                     {3, "969429"},
                                                                     {4, "338314"},
                                                                     {5, "254676"},
                                                                     {6, "287922"},
                                                                     {7, "162583"},
                                                                     {8, "399871"},
                                                                     {9, "520489"},
                                                                     {59 / 30, "287082"},
                                                                     {1111111109 / 30, "081804"},
                                                                     {1111111111 / 30, "050471"},
                                                                     {1234567890 / 30, "005924"},
                                                                     {2000000000 / 30, "279037"},
                                                                     {20000000000 / 30, "353130"}};
  for (const auto& [counter, code] : vectors) EXPECT_EQ(OneTimePassword(kSecret, counter), code) << counter;
}

// What an app shows that was given the secret.
std::string AppCode(const std::string& base32, Time now) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string secret;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : base32) {
    pending = pending << 5 | static_cast<std::uint32_t>(kAlphabet.find(c));
    if ((bits += 5) < 8) continue;
    bits -= 8;
    secret.push_back(static_cast<char>(pending >> bits));
  }
  return OneTimePassword(secret, now.time_since_epoch() / std::chrono::seconds(30));
}

TEST(OneTimeCodes, AreGoodInTheirStepAndNextToIt) {
  const OneTimeCodes codes("key");
  using std::chrono::seconds;
  for (int step = -3; step <= 3; ++step) {
    const auto then = kNow + seconds(30 * step);
    const auto code = AppCode(codes.SecretOf(kAuthenticator), then);
    EXPECT_EQ(codes.StepOf(kAuthenticator, code, kNow).has_value(), std::abs(step) <= 1) << step;
    if (step == 0) {
      EXPECT_FALSE(OneTimeCodes("another key").StepOf(kAuthenticator, code, kNow));
      EXPECT_FALSE(codes.StepOf(Uuid::NewV7(), code, kNow));
      EXPECT_FALSE(codes.StepOf(kAuthenticator, code + "0", kNow));
    }
  }
}

TEST(OneTimeCodes, SecretAndUriAreWhatAppsRead) {
  const OneTimeCodes codes("key");
  const auto secret = codes.SecretOf(kAuthenticator);
  EXPECT_THAT(secret, ::testing::MatchesRegex("[A-Z2-7]{32}"));
  EXPECT_EQ(codes.UriOf(kAuthenticator, "ada+1@example.com"),
            "otpauth://totp/Marketplace:ada%2B1%40example.com?secret=" + secret + "&issuer=Marketplace");
}

TEST(RecoveryCodes, DifferAndAreReadAsPeopleTypeThem) {
  const auto codes = OneTimeCodes::MakeRecoveryCodes();
  EXPECT_EQ(codes.size(), 10u);
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), codes.size());
  EXPECT_THAT(codes, ::testing::Each(::testing::MatchesRegex("[a-z2-7]{5}-[a-z2-7]{5}")));
  const OneTimeCodes digests("key");
  const auto account = AccountId::New();
  const auto digest = digests.DigestOf(account, "k3zf7-q2ma5");
  EXPECT_EQ(digests.DigestOf(account, " K3ZF7 Q2MA5"), digest);
  EXPECT_NE(digests.DigestOf(AccountId::New(), "k3zf7-q2ma5"), digest);
  EXPECT_NE(digests.DigestOf(account, "k3zf7-q2ma6"), digest);
}

}  // namespace
}  // namespace market::auth
