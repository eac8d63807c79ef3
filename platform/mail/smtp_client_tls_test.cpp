#include <gtest/gtest.h>

#include <string>

#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/mail/smtp_client.hpp"
#include "platform/mail/testing/sender.hpp"

namespace market::mail {
namespace {

using Kind = Outcome::Kind;
using Tls = test::Script::Tls;
using test::At;
using test::kMail;
using test::Sender;

class SmtpClientTls : public ::testing::Test {
 protected:
  static test::Certificate Named(grpc::test::Authority& authority, const std::string& names) {
    const auto files = authority.Issue("server", names);
    return {files.certificate, files.key};
  }
  SmtpOptions Secure(const test::SmtpServer& server, Security security) {
    auto options = At(server);
    options.security = security;
    options.ca_file = authority_.CaFile();
    return options;
  }
  static Outcome Send(const SmtpOptions& options) {
    Sender sender(options);
    return sender.Send();
  }

  grpc::test::Authority authority_{"mail"};
  test::Certificate certificate_ = Named(authority_, "DNS:localhost");
};

TEST_F(SmtpClientTls, StartTls_ThenCredentials) {
  test::SmtpServer server({.tls = Tls::kStartTls, .user = "shop", .password = "pa ss=wörd"}, certificate_);
  auto options = Secure(server, Security::kStartTls);
  options.user = "shop";
  options.password = "pa ss=wörd";
  Sender sender(options);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sender.Send().kind, Kind::kAccepted);
  EXPECT_EQ(server.Connections(), 1U);
  for (const auto& mail : server.Mails()) {
    EXPECT_TRUE(mail.tls);
    EXPECT_EQ(mail.user, "shop");
    EXPECT_EQ(mail.bytes, kMail);
  }
  EXPECT_EQ(server.Commands().at(1), "STARTTLS");
}

TEST_F(SmtpClientTls, FromTheStart) {
  test::SmtpServer server({.tls = Tls::kFromTheStart}, certificate_);
  EXPECT_EQ(Send(Secure(server, Security::kTls)).kind, Kind::kAccepted);
  EXPECT_TRUE(server.Mails().at(0).tls);
}

TEST_F(SmtpClientTls, NotOffered_NothingIsSent) {
  test::SmtpServer server;
  auto options = Secure(server, Security::kStartTls);
  options.user = "shop";
  options.password = "secret";
  EXPECT_EQ(Send(options).kind, Kind::kLater);
  for (const auto& command : server.Commands())
    EXPECT_TRUE(command.starts_with("EHLO") || command == "QUIT") << command;
}

TEST_F(SmtpClientTls, CertificateOfAnotherAuthorityOrName_NothingIsSent) {
  grpc::test::Authority stranger("stranger");
  for (const auto tls : {Tls::kStartTls, Tls::kFromTheStart}) {
    const auto security = tls == Tls::kStartTls ? Security::kStartTls : Security::kTls;
    test::SmtpServer unknown({.tls = tls}, Named(stranger, "DNS:localhost"));
    const auto outcome = Send(Secure(unknown, security));
    EXPECT_EQ(outcome.kind, Kind::kLater);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(outcome.text.contains("certificate")) << outcome.text;
    test::SmtpServer misnamed({.tls = tls}, Named(authority_, "DNS:other.example"));
    EXPECT_EQ(Send(Secure(misnamed, security)).kind, Kind::kLater);
    // The roots of the system do not know the authority of a test.
    test::SmtpServer server({.tls = tls}, certificate_);
    auto options = Secure(server, security);
    options.ca_file.clear();
    EXPECT_EQ(Send(options).kind, Kind::kLater);
    options.ca_file = "/nonexistent/ca.pem";
    EXPECT_EQ(Send(options).kind, Kind::kLater);
    for (const auto* each : {&unknown, &misnamed, &server}) EXPECT_TRUE(each->Mails().empty());
  }
}

TEST_F(SmtpClientTls, CredentialsWrongOrMissing_LaterAndNeverTold) {
  test::SmtpServer server({.tls = Tls::kStartTls, .user = "shop", .password = "right"}, certificate_);
  auto options = Secure(server, Security::kStartTls);
  const auto missing = Send(options);
  EXPECT_EQ(missing.kind, Kind::kLater);
  EXPECT_EQ(missing.code, 530);
  options.user = "shop";
  options.password = "wrong-secret";
  const auto wrong = Send(options);
  EXPECT_EQ(wrong.kind, Kind::kLater);
  EXPECT_EQ(wrong.code, 535);
  EXPECT_EQ(wrong.text, "credentials invalid");
  EXPECT_TRUE(server.Mails().empty());
}

}  // namespace
}  // namespace market::mail
