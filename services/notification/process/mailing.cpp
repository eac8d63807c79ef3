#include "services/notification/process/mailing.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/mail/message.hpp"
#include "platform/telemetry/log.hpp"
#include "services/notification/templates/templates.hpp"

namespace market::notification {
namespace {

using domain::Kind;
using OutcomeKind = mail::Outcome::Kind;

std::string HostOf(std::string_view url) {
  const auto scheme = url.find("://");
  auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  return std::string(rest.substr(0, rest.find_first_of(":/")));
}

// The id of a message is a UUIDv7 (RFC 9562 section 5.7): its first 48 bits are when it was made, in milliseconds.
Time MadeAt(const Uuid& id) {
  std::uint64_t since_1970_ms = 0;
  for (std::size_t i = 0; i < 6; ++i) since_1970_ms = since_1970_ms << 8 | id.Bytes()[i];
  return Time(std::chrono::milliseconds(since_1970_ms));
}

std::string Described(const mail::Outcome& outcome) {
  auto text = outcome.code > 0 ? std::to_string(outcome.code) : "no answer";
  if (!outcome.enhanced.empty()) text += ' ' + outcome.enhanced;
  return text;
}

}  // namespace

Mailing::Mailing(storage::BouncedAddresses& bounced, const storage::UnsubscribeTokens& tokens, Send send,
                 const Clock& clock, Metrics& metrics, Options options)
    : bounced_(bounced),
      tokens_(tokens),
      send_(std::move(send)),
      clock_(clock),
      metrics_(metrics),
      options_(std::move(options)),
      host_(HostOf(options_.public_url)) {}

Task<> Mailing::Deliver(CallContext& call, const outbox::Message& message) {
  const auto mail = MailFrom(message);
  if (clock_.Now() - MadeAt(message.id) > options_.kept)
    throw std::runtime_error("it could not be sent in time");
  const auto recipient = co_await Find(call, mail);
  if (!recipient) co_return Drop(call, message, "nobody is to get it any more");
  const auto bounced = co_await bounced_.Has(call, recipient->address);
  if (bounced && !domain::MailIsRequired(mail.news.kind))
    co_return Drop(call, message, "the address does not work");
  const auto outcome =
      co_await send_(options_.from, recipient->address, Write(mail, *recipient, message), call.Deadline());
  co_await Conclude(call, message, recipient->address, outcome);
  if (bounced && outcome.kind == OutcomeKind::kAccepted) co_await bounced_.Clear(call, recipient->address);
}

Task<std::optional<Mailing::Recipient>> Mailing::Find(CallContext& call, const Mail& mail) {
  if (mail.news.invitation) co_return co_await RevealInvitation(call, mail);
  auto recipient =
      mail.news.token ? co_await Reveal(call, mail) : co_await FindContact(call, mail.account.value());
  if (recipient) co_await AddProfile(call, mail.account.value(), *recipient);
  co_return recipient;
}

Task<std::optional<Mailing::Recipient>> Mailing::Reveal(CallContext& call, const Mail& mail) {
  api::auth::RevealMailedTokenRequest request;
  request.set_token_id(mail.news.token->ToString());
  try {
    const auto told = co_await peers_->auth.RevealMailedToken(call, std::move(request));
    co_return Recipient{.address = told.address(),
                        .token = told.token(),
                        .expires_at = conversions::TimeFrom(told.expire_time(), "expire_time")};
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
  }
  co_return std::nullopt;
}

Task<std::optional<Mailing::Recipient>> Mailing::RevealInvitation(CallContext& call, const Mail& mail) {
  api::user::RevealInvitationRequest request;
  request.set_invitation_id(mail.news.invitation->ToString());
  try {
    const auto told = co_await peers_->users.RevealInvitation(call, std::move(request));
    co_return Recipient{.address = told.invitation().email(),
                        .token = told.token(),
                        .title = told.seller().display_name(),
                        .expires_at = conversions::TimeFrom(told.invitation().expire_time(), "expire_time")};
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
  }
  co_return std::nullopt;
}

Task<std::optional<Mailing::Recipient>> Mailing::FindContact(CallContext& call, AccountId account) {
  api::auth::GetContactsRequest request;
  request.add_account_ids(account.ToString());
  const auto found = co_await peers_->auth.GetContacts(call, std::move(request));
  if (found.contacts().empty()) co_return std::nullopt;
  co_return Recipient{.address = found.contacts(0).email()};
}

// Whose profile is not there yet is written to without a name, in the usual language.
Task<> Mailing::AddProfile(CallContext& call, AccountId account, Recipient& recipient) {
  api::user::GetProfilesRequest request;
  request.add_account_ids(account.ToString());
  const auto found = co_await peers_->users.GetProfiles(call, std::move(request));
  if (found.profiles().empty()) co_return;
  recipient.name = found.profiles(0).display_name();
  recipient.locale = found.profiles(0).locale();
}

std::string Mailing::Write(const Mail& mail, const Recipient& recipient,
                           const outbox::Message& message) const {
  const auto kind = mail.news.kind;
  const auto language = templates::LanguageOf(recipient.locale);
  templates::Values values{
      .recipient = recipient.name,
      .market = options_.market,
      .title = recipient.title.empty() ? mail.news.facts.title : recipient.title,
      .amount = mail.news.facts.amount,
      .link = LinkOf(mail, recipient),
      .expires_at = recipient.expires_at ? recipient.expires_at : mail.news.facts.deadline,
      .unsubscribe_link = {}};
  std::string one_click;
  if (mail.account && !domain::MailIsRequired(kind)) {
    const auto token = tokens_.Of(*mail.account, kind);
    values.unsubscribe_link = PageOf(recipient, "/unsubscribe#" + token);
    one_click = options_.public_url + "/v1/notificationSettings:unsubscribe?token=" + token;
  }
  auto rendered = templates::Render(kind, language, values);
  return mail::Compose({.id = message.id.ToString() + '@' + host_,
                        .from_name = options_.market,
                        .from = options_.from,
                        .to = recipient.address,
                        .reply_to = std::nullopt,
                        .subject = std::move(rendered.subject),
                        .text = std::move(rendered.text),
                        .html = std::move(rendered.html),
                        .language = std::string(templates::TagOf(language)),
                        .date = MadeAt(message.id),
                        .unsubscribe_url = std::move(one_click)});
}

// Of the shop, in the language of the mail.
std::string Mailing::PageOf(const Recipient& recipient, std::string_view path) const {
  const auto tag = templates::TagOf(templates::LanguageOf(recipient.locale));
  return options_.public_url + '/' + std::string(tag) + std::string(path);
}

// Tokens stand behind '#': browsers send that part to nobody.
std::string Mailing::LinkOf(const Mail& mail, const Recipient& recipient) const {
  const auto& facts = mail.news.facts;
  switch (mail.news.kind) {
    case Kind::kVerifyEmail:
    case Kind::kChangeEmail:
    case Kind::kUndoEmailChange:
      return PageOf(recipient, "/verify-email#" + recipient.token);
    case Kind::kResetPassword:
      return PageOf(recipient, "/reset-password#" + recipient.token);
    case Kind::kClaimAccount:
      return PageOf(recipient, "/claim-account#" + recipient.token);
    case Kind::kMemberInvited:
      return PageOf(recipient, "/accept-invitation#" + recipient.token);
    // For who did not do it and can't sign in any more.
    case Kind::kPasswordChanged:
      return PageOf(recipient, "/reset-password");
    case Kind::kNewDevice:
      return PageOf(recipient, "/account/sessions");
    case Kind::kEmailChanged:
      return PageOf(recipient, "/account");
    // What a shop does with an order has no page in the languages of the shop yet.
    case Kind::kSale:
    case Kind::kOrderAddressChanged:
    case Kind::kSaleCancelled:
    case Kind::kReturnRequested:
    case Kind::kReturnSent:
      return options_.public_url + "/sell/orders/" + facts.seller_order.value().ToString();
    case Kind::kShopApproved:
    case Kind::kShopSuspended:
    case Kind::kShopReinstated:
    case Kind::kShopClosed:
    case Kind::kLowStock:
    case Kind::kOfferDetached:
    case Kind::kProductApproved:
    case Kind::kProductChangesRequested:
    case Kind::kProductTakenDown:
    case Kind::kPayoutPaid:
    case Kind::kPayoutFailed:
    case Kind::kDisputeOpened:
    case Kind::kDisputeEnded:
    case Kind::kShopFined:
      return PageOf(recipient, "/sell");
    case Kind::kWishPriceFell:
    case Kind::kWishBackInStock:
      return PageOf(recipient, "/p/" + facts.product.value().ToString());
    case Kind::kMessageReceived:
      return PageOf(recipient, "/messages/" + facts.conversation.value().ToString());
    default:
      return PageOf(recipient, "/orders/" + facts.order.value().ToString());
  }
}

void Mailing::Drop(const CallContext& call, const outbox::Message& message, std::string_view why) {
  metrics_.Mailed(Metrics::Outcome::kDropped);
  telemetry::log::Info("mail.dropped", {{"mail_id", message.id.ToString()}, {"why", why}}, &call.Trace());
}

Task<> Mailing::Conclude(CallContext& call, const outbox::Message& message, const std::string& address,
                         const mail::Outcome& outcome) {
  switch (outcome.kind) {
    case OutcomeKind::kAccepted:
      metrics_.Mailed(Metrics::Outcome::kSent);
      co_return;
    case OutcomeKind::kRecipientRefused:
      co_await bounced_.Mark(call, address, Described(outcome));
      metrics_.Mailed(Metrics::Outcome::kBounced);
      telemetry::log::Warn("mail.bounced",
                           {{"mail_id", message.id.ToString()}, {"status", Described(outcome)}},
                           &call.Trace());
      co_return;
    case OutcomeKind::kRejected:
      throw std::runtime_error("the mail server refused it: " + Described(outcome));
    case OutcomeKind::kLater:
    case OutcomeKind::kUnanswered:
      throw Unavailable("the mail server did not take it: " + Described(outcome));
  }
}

}  // namespace market::notification
