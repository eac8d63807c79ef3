// For tests: a client of the mail server of smtp_server.hpp, one mail after the other.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "platform/mail/smtp_client.hpp"
#include "platform/mail/testing/smtp_server.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::mail::test {

inline const std::string kMail = "Subject: a\r\n\r\ntext\r\n";

inline SmtpOptions At(const SmtpServer& server) {
  return {.host = "localhost",
          .port = server.Port(),
          .security = Security::kNone,
          .timeout = market::testing::kPatience,
          .local_name = "sender.test"};
}

// A client and the loop it is used on, which outlives its threads.
struct Sender {
  explicit Sender(SmtpOptions options) : client(std::move(options)) {}
  explicit Sender(const SmtpServer& server) : Sender(At(server)) {}

  Outcome Send(std::string bytes = kMail, std::string to = "ada@example.com") {
    return Run(client.Send("shop@market.example", std::move(to), std::move(bytes), market::testing::Soon()));
  }
  Outcome Run(Task<Outcome> task, std::chrono::milliseconds limit = market::testing::kPatience) {
    std::optional<Outcome> outcome;
    io.restart();
    market::testing::RunToEnd(io, market::testing::Keep(std::move(task), outcome), limit);
    return std::move(*outcome);
  }

  boost::asio::io_context io{1};
  SmtpClient client;
};

}  // namespace market::mail::test
