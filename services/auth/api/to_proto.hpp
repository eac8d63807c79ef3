// Values of this service as the contract's messages.
#pragma once
#include "marketplace/auth/v1/auth.pb.h"
#include "marketplace/type/v1/key_set.pb.h"
#include "platform/rpc/jwt.hpp"
#include "services/auth/domain/account.hpp"

namespace market::auth {

marketplace::auth::v1::Account ToProto(const domain::Account& account);
marketplace::type::v1::Key ToProto(const rpc::PublicKey& key);

}  // namespace market::auth
