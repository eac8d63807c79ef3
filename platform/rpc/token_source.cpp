#include "platform/rpc/token_source.hpp"

#include <stdexcept>
#include <vector>

#include "marketplace/type/v1/event.pb.h"
#include "marketplace/type/v1/key_set.pb.h"
#include "platform/core/error.hpp"

namespace market::rpc {
namespace {

using marketplace::type::v1::ApiKeyGrant;
using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::KeySet;
using marketplace::type::v1::ResolveApiKeyRequest;
using marketplace::type::v1::RevocationFeed;

Task<std::vector<identity::PublicKey>> KeysOver(Channel& channel, const Method& method,
                                                runtime::Deadline deadline) {
  CallContext call(deadline);
  KeySet set;
  const std::unique_ptr<Message> request(method.request->New());
  co_await channel.Call(method, call, *request, set);
  std::vector<identity::PublicKey> keys;
  for (const auto& key : set.keys()) {
    if (key.kty() == "EC" && key.crv() == "P-256") keys.push_back({key.kid(), key.x(), key.y()});
  }
  co_return keys;
}

Task<identity::Revoked> RevokedOver(Channel& channel, const Method& method, std::string after,
                                    runtime::Deadline deadline) {
  CallContext call(deadline);
  FeedRequest request;
  request.set_after(std::move(after));
  RevocationFeed feed;
  co_await channel.Call(method, call, request, feed);
  co_return ReadRevoked(feed);
}

Task<std::optional<identity::ApiKeyGrant>> ResolveOver(Channel& channel, const Method& method,
                                                       std::string digest, runtime::Deadline deadline) {
  CallContext call(deadline);
  ResolveApiKeyRequest request;
  request.set_digest(std::move(digest));
  ApiKeyGrant grant;
  try {
    co_await channel.Call(method, call, request, grant);
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
    co_return std::nullopt;
  }
  co_return ReadGrant(grant);
}

const Method& Answering(const MethodTable& auth, std::string_view name, const Message& answer) {
  const auto& method = auth.Find(name);
  if (method.response->GetDescriptor() != answer.GetDescriptor())
    throw std::logic_error(method.path + " does not answer with " + std::string(answer.GetTypeName()));
  return method;
}

}  // namespace

identity::TokenVerifier::Source TokenSource(Channel& channel, const MethodTable& auth) {
  const auto& get_keys = Answering(auth, "GetKeys", KeySet::default_instance());
  const auto& feed = Answering(auth, "Feed", RevocationFeed::default_instance());
  const auto& resolve = Answering(auth, "ResolveApiKey", ApiKeyGrant::default_instance());
  return {.keys = [&channel,
                   &get_keys](runtime::Deadline deadline) { return KeysOver(channel, get_keys, deadline); },
          .revoked =
              [&channel, &feed](std::string after, runtime::Deadline deadline) {
                return RevokedOver(channel, feed, std::move(after), deadline);
              },
          .api_keys =
              [&channel, &resolve](std::string digest, runtime::Deadline deadline) {
                return ResolveOver(channel, resolve, std::move(digest), deadline);
              }};
}

identity::ApiKeyGrant ReadGrant(const ApiKeyGrant& grant) {
  const auto key = Uuid::Parse(grant.api_key_id());
  const auto account = AccountId::Parse(grant.account_id());
  const auto seller = SellerId::Parse(grant.seller_id());
  if (!key || !account || (!seller && !grant.seller_id().empty())) {
    throw std::runtime_error("what an API key grants names nobody");
  }
  identity::Permissions permissions;
  for (const int number : grant.permissions()) permissions.Add(number);
  identity::ApiKeyGrant read{
      .principal = {.account = *account, .session = *key, .bearer = identity::Bearer::kApiKey},
      .account_version = grant.account_version(),
      .expires_at = Time(std::chrono::seconds(grant.expire_time().seconds()))};
  if (seller) {
    read.principal.sellers.push_back({*seller, permissions});
  } else {
    read.principal.permissions = permissions;
  }
  return read;
}

identity::Revoked ReadRevoked(const RevocationFeed& feed) {
  identity::Revoked revoked{.next = feed.next(), .more = feed.more()};
  for (const auto& text : feed.ended()) {
    if (const auto id = Uuid::Parse(text)) revoked.ended.push_back(*id);
  }
  for (const auto& entry : feed.outdated()) {
    if (const auto account = AccountId::Parse(entry.account_id()))
      revoked.outdated.emplace_back(*account, entry.version());
  }
  revoked.removed_keys.assign(feed.removed_keys().begin(), feed.removed_keys().end());
  if (feed.has_all_before()) revoked.all_before = Time(std::chrono::seconds(feed.all_before().seconds()));
  return revoked;
}

}  // namespace market::rpc
