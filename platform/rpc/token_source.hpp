// The usual source of a TokenVerifier: auth's GetKeys and Feed, asked over a channel.
#pragma once
#include "marketplace/type/v1/revocation_feed.pb.h"
#include "platform/identity/token_verifier.hpp"
#include "platform/rpc/channel.hpp"

namespace market::rpc {

// Both must outlive what is returned. Throws std::logic_error for a table without these two methods.
identity::TokenVerifier::Source TokenSource(Channel& channel, const MethodTable& auth);

// Ids that are none are passed over: nothing here can name them.
identity::Revoked ReadRevoked(const marketplace::type::v1::RevocationFeed& feed);

}  // namespace market::rpc
