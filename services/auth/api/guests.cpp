#include "platform/rpc/client_address.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/api/refusals.hpp"
#include "services/auth/messages.hpp"

namespace market::auth {
namespace {

constexpr std::string_view kNameless = "Guest";

}  // namespace

Task<api::auth::Session> AuthService::SignUpGuest(CallContext& call, api::auth::SignUpGuestRequest request) {
  co_await Count(call, Entry::kSignUp, {.address = rpc::NetworkOf(call.ClientAddress()), .device = {}});
  const std::string name(request.display_name().empty() ? kNameless : request.display_name());
  const storage::NewGuest guest{.id = AccountId::New(),
                                .email = request.email(),
                                .accepted_terms = GivenText(request.accepted_terms())};
  const auto session = NewSession(call);
  const auto account = co_await deps_.guests.Create(
      call, guest, session, ProfileMessage(guest.id, name, call.Trace().ToTraceparent()), NewToken());
  deps_.metrics.SignedUp();
  co_await TryCreateProfile(call, guest.id, name);
  deps_.wake_outbox();
  co_return Answer(session.id, 1, account);
}

Task<api::auth::Session> AuthService::ClaimAccount(CallContext& call,
                                                   api::auth::ClaimAccountRequest request) {
  const Visitor visitor{.address = rpc::NetworkOf(call.ClientAddress()), .device = {}};
  co_await Count(call, Entry::kSignIn, visitor);
  const auto digest = MailedTokens::DigestOf(request.token());
  if (!digest) throw MailedTokenEnded();
  // No hash is spent on what must be refused. Who reads the mail may know who has its address.
  const auto email = co_await deps_.guests.FindClaim(call, *digest);
  if (!email) throw MailedTokenEnded();
  if (co_await deps_.accounts.FindHolder(call, domain::NormalizeEmail(*email))) throw EmailTaken();
  auto place = co_await deps_.passwords.Enter(visitor, call.Deadline());
  const storage::NewPassword password{
      .hash = co_await deps_.passwords.HashNew(
          std::move(place), {.field = "password", .password = request.password(), .own = {*email}}),
      .accepted_terms = GivenText(request.accepted_terms()),
      .guesser = visitor.Guesser()};
  const auto session = NewSession(call);
  const auto claimed = co_await deps_.guests.Claim(call, *digest, password, session);
  if (std::holds_alternative<storage::TokenIsOver>(claimed)) throw MailedTokenEnded();
  if (std::holds_alternative<storage::EmailTaken>(claimed)) throw EmailTaken();
  co_return Answer(session.id, 1, std::get<domain::Account>(claimed));
}

}  // namespace market::auth
