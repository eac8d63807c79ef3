// Values of this service as the contract's messages.
#pragma once
#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/type/v1/key_set.pb.h"
#include "platform/identity/jwt.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/api_key.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/domain/signing_key.hpp"

namespace market::auth {

api::auth::Account ToProto(const domain::Account& account);
// What may be left out: nothing where nothing stands.
std::optional<std::string> GivenText(const std::string& text);
// nullopt for none.
std::optional<domain::AccountState> StateFrom(api::auth::Account::State state);
api::auth::ApiKey ToProto(const domain::ApiKey& key);
// All but whether it is the caller's.
api::auth::LiveSession ToProto(const domain::LiveSession& session);
marketplace::type::v1::Key ToProto(const identity::PublicKey& key);
api::auth::SigningKey ToProto(const domain::SigningKey& key);

}  // namespace market::auth
