#include "platform/rules/internet_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace market::rules {
namespace {

TEST(Email, Mailboxes_OfRfc5321) {
  for (const std::string& good :
       {std::string("a@b.co"), std::string("ada.lovelace+tag@mail.example.com"),
        std::string("o'neil@x-y.org"), std::string("a.b.c@b.co"), std::string("!#$%&'*+-/=?^_`{|}~@b.co"),
        std::string("1@1.co"), std::string("a@xn--bcher-kva.de"), std::string(64, 'a') + "@b.co"}) {
    EXPECT_EQ(EmailFault(good), "") << good;
  }
  for (const std::string& bad : {std::string(""),
                                 std::string("a"),
                                 std::string("@b.co"),
                                 std::string("a@"),
                                 std::string("a@b"),
                                 std::string("a b@c.co"),
                                 std::string("a@b..co"),
                                 std::string("a@-b.co"),
                                 std::string("a@b-.co"),
                                 std::string("a@b.co."),
                                 std::string("a@@b.co"),
                                 std::string("a@b@c.co"),
                                 std::string("a@\xc3\xa9.co"),
                                 std::string("a@127.0.0.1"),
                                 std::string("a@[127.0.0.1]"),
                                 std::string("a@b_c.co"),
                                 std::string("a,b@c.co"),
                                 std::string("<a@b.co>"),
                                 std::string("a@b.co\n"),
                                 std::string(65, 'a') + "@b.co",
                                 "a@" + std::string(64, 'b') + ".co",
                                 "a@" + std::string(63, 'b') + "." + std::string(63, 'b') + "." +
                                     std::string(63, 'b') + "." + std::string(60, 'b') + ".co"}) {
    EXPECT_NE(EmailFault(bad), "") << bad;
  }
}

TEST(Email, Faults_AreSaidPlainly) {
  for (const char* dots : {".a@x.test", "a.@x.test", "a..b@x.test"}) {
    EXPECT_NE(EmailFault(dots).find("dot"), std::string_view::npos) << dots;
  }
  EXPECT_NE(EmailFault("\"a b\"@c.co").find("quotation marks"), std::string_view::npos);
  EXPECT_NE(EmailFault("jos\xc3\xa9@c.co").find("unaccented"), std::string_view::npos);
  EXPECT_NE(EmailFault("a@[::1]").find("brackets"), std::string_view::npos);
  EXPECT_NE(EmailFault(std::string(65, 'a') + "@b.co").find("64"), std::string_view::npos);
}

TEST(HttpsUrl, OfThePublicInternet_IsTaken) {
  for (const char* good :
       {"https://b.co", "https://b.co/", "https://b.co:8443/p/a?x=1&y=%20#f", "https://B.co",
        "https://1.b.co", "https://b.co:1", "https://b.co:65535/", "https://127.0.0.1.b.co/",
        "https://localhost.b.co/", "https://xn--bcher-kva.de/", "https://0x7f.co"}) {
    EXPECT_EQ(HttpsUrlFault(good), "") << good;
  }
  for (const char* bad : {"", "https://", "http://b.co", "HTTPS://b.co", "https://b", "https://u:p@b.co/",
                          "https://u@b.co/", "https://b.co:/", "https://b.co/a b", "https://b.co/<x>",
                          "https://b.co/\xc3\xa9", "javascript:alert(1)", "https:///b.co", "https://?b.co",
                          "https://b..co", "https://b.co\\@127.0.0.1/"}) {
    EXPECT_NE(HttpsUrlFault(bad), "") << bad;
  }
}

TEST(HttpsUrl, AddressesInAnySpelling_AreRefused) {
  for (const char* host : {"127.0.0.1",
                           "10.0.0.1",
                           "192.168.1.1",
                           "172.16.0.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "0.0.0.0",
                           "255.255.255.255",
                           "224.0.0.1",
                           "8.8.8.8",
                           "2130706433",
                           "0x7f000001",
                           "0x7f.1",
                           "0X7F.0.0.1",
                           "127.1",
                           "0177.0.0.1",
                           "127.0x1",
                           "1.2.3.0x",
                           "017700000001",
                           "[::1]",
                           "[::ffff:127.0.0.1]",
                           "[fe80::1]",
                           "[fc00::1]",
                           "[2001:db8::1]",
                           "127.0.0.1.",
                           "b.co.1",
                           "127%2e0.0.1",
                           "\xef\xbc\x91\x32\x37.0.0.1"}) {
    EXPECT_NE(HttpsUrlFault("https://" + std::string(host) + "/a.jpg"), "") << host;
    EXPECT_NE(HttpsUrlFault("https://" + std::string(host) + ":8443"), "") << host;
  }
}

TEST(HttpsUrl, NamesOfOnesOwn_AreRefused) {
  for (const char* host :
       {"localhost", "LOCALHOST", "a.localhost", "localhost.", "printer.local", "db.internal",
        "metadata.google.internal", "nas.lan", "router.home", "nas.home.arpa", "1.0.0.127.in-addr.arpa",
        "wiki.corp", "intranet", "a.intranet", "host.localdomain", "a.onion", "a.invalid"}) {
    EXPECT_NE(HttpsUrlFault("https://" + std::string(host) + "/a.jpg"), "") << host;
  }
}

TEST(HttpsUrl, Ports_AreThoseOfTcp) {
  for (const char* port : {"0", "00000", "65536", "99999", "123456", "-1", "+1", "8x", " 1", "1 "}) {
    EXPECT_NE(HttpsUrlFault("https://b.co:" + std::string(port) + "/"), "") << port;
  }
}

}  // namespace
}  // namespace market::rules
