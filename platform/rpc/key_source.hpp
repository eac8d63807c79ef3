// The usual source of a TokenVerifier's keys: a method that answers with type.v1.KeySet (auth's GetKeys),
// asked over a channel. Both must outlive what is returned. Throws std::logic_error for any other method.
#pragma once
#include "platform/identity/token_verifier.hpp"
#include "platform/rpc/channel.hpp"

namespace market::rpc {

identity::TokenVerifier::FetchKeys FetchKeysOver(Channel& channel, const Method& get_keys);

}  // namespace market::rpc
