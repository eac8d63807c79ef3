#include "services/auth/api/handlers.hpp"
#include "services/auth/api/messages.hpp"

namespace market::auth {
namespace {

Error EmailTaken() {
  return Error(Code::kAlreadyExists, "EMAIL_TAKEN", "an account with this e-mail exists")
      .WithField("email", "TAKEN", "sign in, or use another e-mail");
}

}  // namespace

Task<api::auth::Session> Handlers::SignUp(CallContext& call, api::auth::SignUpRequest request) {
  parts_.passwords.RefuseIfFull();
  if (co_await parts_.accounts.IsEmailTaken(call.Deadline(), domain::NormalizeEmail(request.email()))) {
    throw EmailTaken();
  }
  const storage::NewAccount account{.id = AccountId::New(),
                                    .email = request.email(),
                                    .password_hash = co_await parts_.passwords.Hash(request.password())};
  const auto session = NewSession();
  const auto created = co_await parts_.accounts.Create(
      call.Deadline(), account, session,
      ProfileMessage(account.id, request.display_name(), call.Trace().ToTraceparent()));
  if (std::holds_alternative<storage::EmailTaken>(created)) throw EmailTaken();
  parts_.wake_outbox();
  co_return Answer(session.id, 1, std::get<domain::Account>(created));
}

}  // namespace market::auth
