#include "platform/rpc/client_address.hpp"
#include "platform/telemetry/log.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/api/refusals.hpp"
#include "services/auth/messages.hpp"

namespace market::auth {
namespace {

constexpr std::chrono::milliseconds kProfileLimit{500};

}  // namespace

Task<> AuthService::TryCreateProfile(CallContext& call, AccountId account, std::string display_name) {
  auto work = CallContext::ForWork(kProfileLimit, call.Span());
  try {
    co_await peers_->users.CreateProfile(work, ProfileRequest(account, display_name));
  } catch (const Error& error) {
    telemetry::log::Info("auth.profile_deferred",
                         {{"account_id", account.ToString()}, {"reason", error.reason}}, &call.Trace());
  }
}

Task<api::auth::Session> AuthService::SignUp(CallContext& call, api::auth::SignUpRequest request) {
  // Whoever signs up is a stranger. The limit is also what keeps the question below from being asked of a
  // whole list of e-mails.
  const Visitor visitor{.address = rpc::NetworkOf(call.ClientAddress()), .device = {}};
  co_await Count(call, Entry::kSignUp, visitor);
  if (co_await deps_.accounts.FindHolder(call, domain::NormalizeEmail(request.email()))) throw EmailTaken();
  auto place = co_await deps_.passwords.Enter(visitor, call.Deadline());
  const storage::NewAccount account{.id = AccountId::New(),
                                    .email = request.email(),
                                    .password_hash = co_await deps_.passwords.HashNew(
                                        std::move(place), {.field = "password",
                                                           .password = request.password(),
                                                           .own = {request.email(), request.display_name()}}),
                                    .accepted_terms = GivenText(request.accepted_terms())};
  const auto session = NewSession(call);
  const auto created = co_await deps_.accounts.Create(
      call, account, session,
      ProfileMessage(account.id, request.display_name(), call.Trace().ToTraceparent()));
  if (std::holds_alternative<storage::EmailTaken>(created)) throw EmailTaken();
  deps_.metrics.SignedUp();
  co_await TryCreateProfile(call, account.id, request.display_name());
  deps_.wake_outbox();
  co_return Answer(session.id, 1, std::get<domain::Account>(created));
}

}  // namespace market::auth
