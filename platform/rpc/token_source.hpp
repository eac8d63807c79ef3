// The usual source of a TokenVerifier: auth's GetKeys, Feed and ResolveApiKey, asked over a channel.
#pragma once
#include "marketplace/type/v1/api_key_grant.pb.h"
#include "marketplace/type/v1/revocation_feed.pb.h"
#include "platform/identity/token_verifier.hpp"
#include "platform/rpc/channel.hpp"

namespace market::rpc {

// Both must outlive what is returned. Throws std::logic_error for a table without these methods.
identity::TokenVerifier::Source TokenSource(Channel& channel, const MethodTable& auth);

// Ids that are none are passed over: nothing here can name them.
identity::Revoked ReadRevoked(const marketplace::type::v1::RevocationFeed& feed);

// Throws std::runtime_error for one that names nobody.
identity::ApiKeyGrant ReadGrant(const marketplace::type::v1::ApiKeyGrant& grant);

}  // namespace market::rpc
