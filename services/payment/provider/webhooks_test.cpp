#include "services/payment/provider/webhooks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/payment/provider/testing/signing.hpp"

namespace market::payment::provider {
namespace {

using namespace std::chrono_literals;

const Time kNow{1'700'000'000s};
const std::string kSecret = "whsec_one";
const std::string kEvent =
    R"({"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1700000000,)"
    R"("data":{"object":{"id":"pi_1","object":"payment_intent","transfer_group":"o1"}}})";

std::string Good() { return SignatureOf(kEvent, kSecret, kNow); }
std::string Mac() { return Good().substr(Good().find("v1=") + 3); }
std::string Flipped(std::string text, std::size_t at) {
  text.at(at) = text.at(at) == '0' ? '1' : '0';
  return text;
}

TEST(Webhook_Signature, IsWhatStripesOwnLibraryMakes) {
  // echo -n '1700000000.{}' | openssl dgst -sha256 -hmac whsec_one
  EXPECT_EQ(SignatureOf("{}", kSecret, kNow),
            "t=1700000000,v1=e6f424c1ebf2679ddb75df801d64b07e5063e2d7d6834ab73f5c55d787278d9d");
}

struct Hostile {
  std::string name;
  std::string header;
  Signed expected = Signed::kMalformed;
  std::string payload = kEvent;
  std::vector<std::string> secrets = {kSecret};
};
void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.name; }

// Sixty that nobody may take for the provider's word, but the few that say so.
std::vector<Hostile> Sixty() {
  const auto mac = Mac();
  const auto at = [](std::chrono::milliseconds off) { return SignatureOf(kEvent, kSecret, kNow + off); };
  const auto other = SignatureOf(kEvent, "whsec_two", kNow);
  std::vector<Hostile> cases = {
      // Good ones, so that what is refused below is refused for its own reason.
      {"good", Good(), Signed::kGood},
      {"at the edge of the past", at(-5min), Signed::kGood},
      {"at the edge of the future", at(5min), Signed::kGood},
      {"the new secret, while the old one holds", other, Signed::kGood, kEvent, {kSecret, "whsec_two"}},
      {"the old secret, while it holds", Good(), Signed::kGood, kEvent, {"whsec_two", kSecret}},
      {"both signatures, one secret", Good() + other.substr(other.find(",v1=")), Signed::kGood},
      {"another scheme beside", "v0=" + mac + ',' + Good(), Signed::kGood},
      {"the time behind", "v1=" + mac + ",t=1700000000", Signed::kGood},
      // Out of time.
      {"a second too old", at(-5min - 1s), Signed::kOutOfTime},
      {"a second too new", at(5min + 1s), Signed::kOutOfTime},
      {"an hour old", at(-1h), Signed::kOutOfTime},
      {"a day old", at(-24h), Signed::kOutOfTime},
      {"a day ahead", at(24h), Signed::kOutOfTime},
      {"of 1970", SignatureOf(kEvent, kSecret, Time(0s)), Signed::kOutOfTime},
      // No signature that could be checked.
      {"none", ""},
      {"a blank", " "},
      {"a comma", ","},
      {"commas", ",,,,"},
      {"no time", "v1=" + mac},
      {"no signature", "t=1700000000"},
      {"an empty time", "t=,v1=" + mac},
      {"a time in words", "t=now,v1=" + mac},
      {"a time with a sign", "t=+1700000000,v1=" + mac},
      {"a time below zero", "t=-1700000000,v1=" + mac},
      {"a time in hexadecimal", "t=0x6553f100,v1=" + mac},
      {"a time with a point", "t=1700000000.0,v1=" + mac},
      {"a time with an exponent", "t=17e8,v1=" + mac},
      {"a time with a blank", "t= 1700000000,v1=" + mac},
      {"a time beyond any clock", "t=99999999999999999999,v1=" + mac},
      {"a time in milliseconds", "t=1700000000000,v1=" + mac},
      {"two times", "t=1700000000,t=1700000000,v1=" + mac},
      {"two times that differ", "t=1700000000,t=1,v1=" + mac},
      {"only another scheme", "t=1700000000,v0=" + mac},
      {"a scheme of the future", "t=1700000000,v2=" + mac},
      {"the scheme in capitals", "t=1700000000,V1=" + mac},
      {"the time in capitals", "T=1700000000,v1=" + mac},
      {"semicolons", "t=1700000000;v1=" + mac},
      {"blanks behind commas", "t=1700000000, v1=" + mac},
      {"a colon", "t:1700000000,v1:" + mac},
      {"JSON", R"({"t":1700000000,"v1":")" + mac + "\"}"},
      {"a bearer token", "Bearer " + mac},
      // Signatures that are not right.
      {"an empty signature", "t=1700000000,v1=", Signed::kWrong},
      {"a signature of one character", "t=1700000000,v1=a", Signed::kWrong},
      {"the first half of it", "t=1700000000,v1=" + mac.substr(0, 32), Signed::kWrong},
      {"one character less", "t=1700000000,v1=" + mac.substr(0, 63), Signed::kWrong},
      {"one character more", "t=1700000000,v1=" + mac + "0", Signed::kWrong},
      {"its first character is another", "t=1700000000,v1=" + Flipped(mac, 0), Signed::kWrong},
      {"its last character is another", "t=1700000000,v1=" + Flipped(mac, 63), Signed::kWrong},
      {"of zeros", "t=1700000000,v1=" + std::string(64, '0'), Signed::kWrong},
      {"no hexadecimal", "t=1700000000,v1=" + std::string(64, 'x'), Signed::kWrong},
      {"with a zero byte", "t=1700000000,v1=" + mac + std::string(1, '\0'), Signed::kWrong},
      {"another secret", other, Signed::kWrong},
      {"an empty secret", SignatureOf(kEvent, "", kNow), Signed::kWrong},
      {"the secret without its prefix", SignatureOf(kEvent, "one", kNow), Signed::kWrong},
      {"the secret in capitals", SignatureOf(kEvent, "WHSEC_ONE", kNow), Signed::kWrong},
      {"a secret that does not hold any more", Good(), Signed::kWrong, kEvent, {"whsec_two"}},
      {"nobody has a secret", Good(), Signed::kWrong, kEvent, {}},
      {"another time than the signed one", "t=1700000001,v1=" + mac, Signed::kWrong},
      {"the signed time with a zero in front", "t=01700000000,v1=" + mac, Signed::kWrong},
      {"an old signature with a new time", "t=1700000000,v1=" + at(-1h).substr(at(-1h).find("v1=") + 3),
       Signed::kWrong},
      {"one byte is another", Good(), Signed::kWrong, Flipped(kEvent, 40)},
      {"a blank behind", Good(), Signed::kWrong, kEvent + " "},
      {"a line break behind", Good(), Signed::kWrong, kEvent + "\n"},
      {"nothing", Good(), Signed::kWrong, ""},
      {"other bytes of the same length", Good(), Signed::kWrong, std::string(kEvent.size(), 'x')},
      {"the time moved into the payload", "t=17000000,v1=" + mac, Signed::kWrong, "00." + kEvent},
  };
  std::string many = "t=1700000000";
  for (int i = 0; i < 17; ++i) many += ",v1=" + mac;
  cases.push_back({"more signatures than anybody needs", many});
  return cases;
}

class Webhook_Hostile : public ::testing::TestWithParam<Hostile> {};
TEST_P(Webhook_Hostile, IsToldFromWhatIsGood) {
  const auto& p = GetParam();
  EXPECT_EQ(CheckSignature(p.payload, p.header, p.secrets, kNow), p.expected) << p.header;
}
INSTANTIATE_TEST_SUITE_P(All, Webhook_Hostile, ::testing::ValuesIn(Sixty()));

TEST(Webhook_Hostile_Count, IsSixtyAtLeast) {
  const auto all = Sixty();
  EXPECT_GE(std::ranges::count_if(all, [](const auto& one) { return one.expected != Signed::kGood; }), 58);
}

std::string AnEvent(const std::string& object,
                    const std::string& rest = R"("id":"evt_1","object":"event","type":"t","created":7)") {
  return "{" + rest + R"(,"data":{"object":)" + object + "}}";
}

TEST(Webhook_Told, NamesTheChargeItIsAbout) {
  const auto told = ToldIn(kEvent);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->event, "evt_1");
  EXPECT_EQ(told->type, "payment_intent.succeeded");
  EXPECT_EQ(told->charge, "pi_1");
  EXPECT_EQ(told->reference, "o1");
  EXPECT_EQ(told->made_at, kNow);
  EXPECT_EQ(
      ToldIn(AnEvent(R"({"object":"charge","id":"ch_1","payment_intent":"pi_2","transfer_group":"o2"})"))
          ->charge,
      "pi_2");
  EXPECT_EQ(
      ToldIn(
          AnEvent(
              R"({"object":"refund","id":"re_1","payment_intent":{"id":"pi_3"},"metadata":{"reference":"r"}})"))
          ->charge,
      "pi_3");
  EXPECT_EQ(
      ToldIn(
          AnEvent(
              R"({"object":"payment_intent","id":"pi_4","transfer_group":null,"metadata":{"reference":"o4"}})"))
          ->reference,
      "o4");
  EXPECT_EQ(ToldIn(AnEvent(R"({"object":"account","id":"acct_1"})"))->charge, "");
}

TEST(Webhook_Told, WhatIsNoEventIsNothing) {
  const std::string good = R"({"object":"payment_intent","id":"pi_1"})";
  for (const auto& text : std::vector<std::string>{
           "",
           "null",
           "[]",
           "7",
           "{",
           "{}",
           "not json",
           kEvent + "x",
           AnEvent("null"),
           AnEvent("[]"),
           AnEvent(good, R"("object":"event","type":"t","created":7)"),
           AnEvent(good, R"("id":"evt_1","object":"charge","type":"t","created":7)"),
           AnEvent(good, R"("id":"evt_1","object":"event","created":7)"),
           AnEvent(good, R"("id":"evt_1","object":"event","type":"t")"),
           AnEvent(good, R"("id":"evt_1","object":"event","type":"t","created":"7")"),
           AnEvent(good, R"("id":"evt_1","object":"event","type":"t","created":-7)"),
           AnEvent(good, R"("id":"evt_1","object":"event","type":"t","created":9223372036854775807)"),
           AnEvent(good, R"("id":7,"object":"event","type":"t","created":7)"),
           AnEvent(good, R"("id":"a\u0000b","object":"event","type":"t","created":7)"),
           AnEvent(good,
                   R"("id":")" + std::string(256, 'x') + R"(","object":"event","type":"t","created":7)")}) {
    EXPECT_FALSE(ToldIn(text)) << text;
  }
}

}  // namespace
}  // namespace market::payment::provider
