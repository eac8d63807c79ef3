// Sends one mail: asks who is to get it, by which address and in which language, and for the token in it; writes it;
// hands it to the mail server; keeps what became of it.
//
// A mail is sent at least once. It goes out again, under the same Message-ID, only when the server's answer is not
// known or could not be written down. What nobody is to get any more (the account is closed, the token used) is
// dropped; a server that is away is asked again for `kept`, what it refuses for good is parked (outbox).
//
// Owner: the service; io thread only. Addresses and tokens are in no log line.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/mail/outcome.hpp"
#include "services/notification/messages.hpp"
#include "services/notification/metrics.hpp"
#include "services/notification/storage/bounced_addresses.hpp"
#include "services/notification/storage/unsubscribe_tokens.hpp"

namespace market::notification {

class Mailing {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
  };
  struct Options {
    std::string market;      // what the marketplace is called
    std::string public_url;  // where people reach it, without a slash at the end
    std::string from;
    std::chrono::milliseconds kept{std::chrono::hours(24)};
  };
  // As mail::SmtpClient::Send.
  using Send = std::function<Task<mail::Outcome>(std::string from, std::string to, std::string bytes,
                                                 runtime::Deadline)>;

  // What it is given must outlive it.
  Mailing(storage::BouncedAddresses& bounced, const storage::UnsubscribeTokens& tokens, Send send,
          const Clock& clock, Metrics& metrics, Options options);

  // Before the first mail. Apart from the constructor since auth and notification know each other.
  void Connect(Peers peers) { peers_.emplace(peers); }

  // Returns when the mail has come to an end, or throws: then it is tried again, or parked.
  Task<> Deliver(CallContext& call, const outbox::Message& message);

 private:
  // Whom it goes to, and what only the mail may hold.
  struct Recipient {
    std::string address;
    std::string name;
    std::string locale;
    std::string token;
    std::string title;  // in place of the mail's own
    std::optional<Time> expires_at;
  };

  Task<std::optional<Recipient>> Find(CallContext& call, const Mail& mail);
  Task<std::optional<Recipient>> Reveal(CallContext& call, const Mail& mail);
  Task<std::optional<Recipient>> RevealInvitation(CallContext& call, const Mail& mail);
  Task<std::optional<Recipient>> FindContact(CallContext& call, AccountId account);
  Task<> AddProfile(CallContext& call, AccountId account, Recipient& recipient);
  std::string Write(const Mail& mail, const Recipient& recipient, const outbox::Message& message) const;
  std::string PageOf(const Recipient& recipient, std::string_view path) const;
  std::string LinkOf(const Mail& mail, const Recipient& recipient) const;
  void Drop(const CallContext& call, const outbox::Message& message, std::string_view why);
  Task<> Conclude(CallContext& call, const outbox::Message& message, const std::string& address,
                  const mail::Outcome& outcome);

  storage::BouncedAddresses& bounced_;
  const storage::UnsubscribeTokens& tokens_;
  const Send send_;
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
  const std::string host_;  // for Message-IDs
  std::optional<Peers> peers_;
};

}  // namespace market::notification
