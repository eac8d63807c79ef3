#include "platform/grpc/transport/wire.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "platform/grpc/transport/outbox.hpp"
#include "platform/grpc/transport/rate_limit.hpp"

namespace market::grpc {
namespace {

using namespace std::chrono_literals;

TEST(Timeout, Encode_FitsEightDigitsAndRoundsUp) {
  EXPECT_EQ(EncodeTimeout(1ns), "1n");
  EXPECT_EQ(EncodeTimeout(0ns), "1n");
  EXPECT_EQ(EncodeTimeout(-5s), "1n");
  EXPECT_EQ(EncodeTimeout(99'999'999ns), "99999999n");
  EXPECT_EQ(EncodeTimeout(100'000'001ns), "100001u");
  EXPECT_EQ(EncodeTimeout(250ms), "250000u");
  EXPECT_EQ(EncodeTimeout(24h), "86400000m");
  EXPECT_EQ(EncodeTimeout(std::chrono::nanoseconds::max()), "2562048H");
}

TEST(Timeout, Parse_EveryUnit) {
  EXPECT_EQ(ParseTimeout("1H"), 1h);
  EXPECT_EQ(ParseTimeout("2M"), 2min);
  EXPECT_EQ(ParseTimeout("3S"), 3s);
  EXPECT_EQ(ParseTimeout("4m"), 4ms);
  EXPECT_EQ(ParseTimeout("5u"), 5us);
  EXPECT_EQ(ParseTimeout("00000006n"), 6ns);
  EXPECT_EQ(ParseTimeout("99999999H"), std::chrono::nanoseconds::max());
}

TEST(Timeout, Parse_RefusesEverythingElse) {
  for (const auto* text : {"", "1", "S", "123456789S", "-1S", "+1S", "1.5S", "1s", "1 S", "0x1S", " 1S"}) {
    EXPECT_FALSE(ParseTimeout(text)) << text;
  }
}

TEST(Timeout, EncodeThenParse_IsNeverShorter) {
  for (std::int64_t value = 1; value < std::numeric_limits<std::int64_t>::max() / 7; value = value * 7 + 3) {
    const auto parsed = ParseTimeout(EncodeTimeout(std::chrono::nanoseconds(value)));
    ASSERT_TRUE(parsed) << value;
    EXPECT_GE(parsed->count(), value);
  }
}

TEST(PercentCoding, RoundTrips) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentEncode("plain text"), "plain text");
  EXPECT_EQ(PercentEncode("50%"), "50%25");
  EXPECT_EQ(PercentEncode(" x "), "%20x%20");
  EXPECT_EQ(PercentEncode(" "), "%20");
  EXPECT_EQ(PercentDecode("%e2%82%AC"), "€");
}

TEST(PercentCoding, BrokenEscape_StaysAsItIs) {
  EXPECT_EQ(PercentDecode("%"), "%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz%41"), "%zzA");
}

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, Decode_WithAndWithoutPadding) {
  EXPECT_EQ(Base64Decode("YQ"), "a");
  EXPECT_EQ(Base64Decode("YQ=="), "a");
  EXPECT_EQ(Base64Decode("YWI="), "ab");
  EXPECT_EQ(Base64Decode(""), "");
}

TEST(Base64, Decode_RefusesOtherText) {
  for (const auto* text : {"Y", "Y===", "YQ=a", "Y!", "YQ===", "=", "YWJj=", "YW J"}) {
    EXPECT_FALSE(Base64Decode(text)) << text;
  }
}

TEST(ContentType, OnlyGrpc) {
  EXPECT_TRUE(IsGrpcContentType("application/grpc"));
  EXPECT_TRUE(IsGrpcContentType("application/grpc+proto"));
  EXPECT_TRUE(IsGrpcContentType("application/grpc;charset=x"));
  EXPECT_FALSE(IsGrpcContentType("application/grpc-web"));
  EXPECT_FALSE(IsGrpcContentType("application/json"));
}

TEST(StatusCode, UnknownNumbers_AreUnknown) {
  EXPECT_EQ(ParseStatusCode("0"), Code::kOk);
  EXPECT_EQ(ParseStatusCode("16"), Code::kUnauthenticated);
  for (const auto* text : {"17", "-1", "", "x", "1x", "999999999999999"}) {
    EXPECT_EQ(ParseStatusCode(text), Code::kUnknown) << text;
  }
}

TEST(MessageReader, AnySplit_GivesTheSameMessages) {
  std::string bytes;
  for (const std::size_t size : {0u, 1u, 5u, 300u, 0u}) {
    const auto prefix = MessagePrefix(size);
    bytes.append(prefix.data(), prefix.size()).append(size, 'm');
  }
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    MessageReader reader(1000);
    std::vector<std::string> messages;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      ASSERT_EQ(reader.Feed(std::string_view(bytes).substr(i, step), messages), MessageReader::Result::kOk);
    }
    ASSERT_EQ(messages.size(), 5u);
    EXPECT_EQ(messages[3], std::string(300, 'm'));
    EXPECT_EQ(messages[4], "");
    EXPECT_FALSE(reader.InMessage());
  }
}

TEST(MessageReader, TooLargeOrCompressed_IsSaidAtThePrefix) {
  std::vector<std::string> messages;
  const auto prefix = MessagePrefix(1001);
  EXPECT_EQ(MessageReader(1000).Feed({prefix.data(), prefix.size()}, messages),
            MessageReader::Result::kTooLarge);
  EXPECT_EQ(MessageReader(1000).Feed(std::string_view("\x01\0\0\0\0", 5), messages),
            MessageReader::Result::kCompressed);
  EXPECT_TRUE(messages.empty());
}

TEST(Outbox, Take_AnySize_GivesPrefixedMessages) {
  for (std::size_t step = 1; step < 40; ++step) {
    Outbox outbox(Outbox::Keep::kYes);
    outbox.Push("hello");
    outbox.Push("");
    outbox.Push("world!");
    const std::string expected = std::string("\0\0\0\0\5hello\0\0\0\0\0\0\0\0\0\6world!", 26);
    for (int round = 0; round < 2; ++round) {
      std::string out;
      while (!outbox.Empty()) outbox.Take(std::min(step, outbox.Bytes()), out);
      EXPECT_EQ(out, expected);
      EXPECT_FALSE(outbox.InsideMessage());
      outbox.Rewind();
    }
  }
}

TEST(TokenBucket, BurstThenRate) {
  const auto start = std::chrono::steady_clock::now();
  TokenBucket bucket(10, 100);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(bucket.Take(start));
  EXPECT_FALSE(bucket.Take(start));
  int taken = 0;
  for (int ms = 1; ms <= 1000; ++ms) taken += bucket.Take(start + std::chrono::milliseconds(ms)) ? 1 : 0;
  EXPECT_NEAR(taken, 100, 3);
  taken = 0;
  while (bucket.Take(start + 1h)) ++taken;
  EXPECT_EQ(taken, 10);
}

}  // namespace
}  // namespace market::grpc
