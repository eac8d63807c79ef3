#include "gateway/transcoding/scalar.hpp"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <random>

namespace market::transcoding {
namespace {

TEST(ParseInteger, Integers_AreWhatTheyEqual) {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {{"0", 0},
                                                                   {"-0", 0},
                                                                   {"5", 5},
                                                                   {"-5", -5},
                                                                   {"1.0", 1},
                                                                   {"1e1", 10},
                                                                   {"1E1", 10},
                                                                   {"1e+1", 10},
                                                                   {"10e-1", 1},
                                                                   {"1.5e1", 15},
                                                                   {"120e-1", 12},
                                                                   {"0.0", 0},
                                                                   {"0e999999999999", 0},
                                                                   {"0.000e5", 0},
                                                                   {"1.20e2", 120},
                                                                   {"9007199254740991", 9007199254740991},
                                                                   {"-9007199254740991", -9007199254740991},
                                                                   {"9007199254740991.000", 9007199254740991},
                                                                   {"9.007199254740991e15", 9007199254740991},
                                                                   {"1000000000000000000000e-20", 10},
                                                                   {"0.00001e5", 1},
                                                                   {"1e15", 1000000000000000}};
  for (const auto& [text, value] : cases) {
    const Integer integer = ParseInteger(text);
    EXPECT_EQ(integer.fault, IntegerFault::kNone) << text;
    EXPECT_EQ(integer.value, value) << text;
  }
}

TEST(ParseInteger, Others_AreRefused) {
  for (const char* text : {"",
                           "-",
                           "+5",
                           "5.",
                           ".5",
                           "05",
                           "00",
                           "1.5",
                           "1e-1",
                           "15e-1",
                           "1e",
                           "1e+",
                           "0x1",
                           "1 ",
                           " 1",
                           "NaN",
                           "Infinity",
                           "1,0",
                           "1_0",
                           "--1",
                           "1e1.0",
                           "0.1",
                           "1.0000000000000000000001",
                           "1e-999999999999"}) {
    EXPECT_EQ(ParseInteger(text).fault, IntegerFault::kNotAnInteger) << text;
  }
  for (const char* text :
       {"9007199254740992", "-9007199254740992", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "1e16", "1e999999999999999999999", "99999999999999999999999999e3"}) {
    EXPECT_EQ(ParseInteger(text).fault, IntegerFault::kOutOfRange) << text;
  }
}

TEST(Timestamps, RandomTimes_AgreeWithProtobuf) {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> seconds(-62135596800, 253402300799);
  const std::array nanos = {0, 1, 1000, 1000000, 999999999, 123456000, 120000000, 123000000};
  for (int i = 0; i < 20000; ++i) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds(random));
    time.set_nanos(nanos[random() % nanos.size()]);
    std::string text;
    AppendTimestamp(time, text);
    ASSERT_EQ(text, google::protobuf::util::TimeUtil::ToString(time));
    google::protobuf::Timestamp read;
    ASSERT_TRUE(ParseTimestamp(text, read)) << text;
    ASSERT_EQ(read.seconds(), time.seconds()) << text;
    ASSERT_EQ(read.nanos(), time.nanos()) << text;
  }
}

TEST(ParseTimestamp, Others_AreRefused) {
  google::protobuf::Timestamp time;
  EXPECT_TRUE(ParseTimestamp("2026-11-24T10:00:00+02:00", time));
  EXPECT_EQ(time.seconds(), 1795507200);
  for (const char* text : {"",
                           "2026-11-24",
                           "2026-11-24T10:00:00",
                           "2026-11-24 10:00:00Z",
                           "2026-11-24t10:00:00Z",
                           "2026-11-24T10:00:00z",
                           "2026-13-24T10:00:00Z",
                           "2026-00-24T10:00:00Z",
                           "2026-02-29T10:00:00Z",
                           "2026-11-31T10:00:00Z",
                           "2026-11-24T24:00:00Z",
                           "2026-11-24T10:60:00Z",
                           "2026-11-24T10:00:60Z",
                           "2026-11-24T10:00:00.Z",
                           "2026-11-24T10:00:00.1234567890Z",
                           "2026-11-24T10:00:00+24:00",
                           "2026-11-24T10:00:00+02",
                           "2026-11-24T10:00:00+0200",
                           "2026-11-24T10:00:00ZZ",
                           "0000-11-24T10:00:00Z",
                           "-026-11-24T10:00:00Z",
                           "20260-11-24T10:00:00Z",
                           "2026-11-24T10:00:-1Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "2026-1-24T10:00:00Z0"}) {
    EXPECT_FALSE(ParseTimestamp(text, time)) << text;
  }
}

TEST(FieldMasks, Paths_ConvertBothWays) {
  google::protobuf::FieldMask mask;
  ASSERT_TRUE(ParseFieldMask("displayName,price.unitAmount,a", mask));
  ASSERT_EQ(mask.paths_size(), 3);
  EXPECT_EQ(mask.paths(1), "price.unit_amount");
  std::string text;
  AppendFieldMask(mask, text);
  EXPECT_EQ(text, "displayName,price.unitAmount,a");
  for (const char* bad : {",", "a,", ",a", "a,,b", "display_name", "a b", "*", "a\xc3\xa9"}) {
    google::protobuf::FieldMask other;
    EXPECT_FALSE(ParseFieldMask(bad, other)) << bad;
  }
}

TEST(Base64, RandomBytes_ComeBack) {
  std::mt19937 random(3);
  for (int size = 0; size < 100; ++size) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string text;
    AppendBase64(bytes, text);
    std::string read;
    ASSERT_TRUE(ParseBase64(text, read)) << text;
    EXPECT_EQ(read, bytes);
  }
  std::string read;
  EXPECT_TRUE(ParseBase64("_-8", read));
  for (const char* bad : {"a", "ab c", "a===", "YR==", "=", "Y=Q="})
    EXPECT_FALSE(ParseBase64(bad, read)) << bad;
}

TEST(IsUtf8, BadSequences_AreFound) {
  for (const char* good :
       {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "a\xe2\x82", "\xf0\x80\x80\x80", "\xc3\x28"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

TEST(AppendQuoted, EveryByteAtEveryPlace_IsEscapedWhereNeeded) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t at = 0; at < 18; ++at) {
      std::string text(18, 'x');
      text[at] = static_cast<char>(byte);
      std::string out;
      AppendQuoted(text, out);
      const bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
      EXPECT_EQ(out.size() > text.size() + 2, escaped) << byte << " at " << at;
      EXPECT_EQ(out.find_first_of(std::string_view("\0\n\r\t", 4)), std::string::npos);
    }
  }
  std::string out;
  AppendQuoted("a\"\\\n\x01\xc3\xa9/", out);
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001\xc3\xa9/\"");
}

}  // namespace
}  // namespace market::transcoding
