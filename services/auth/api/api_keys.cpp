#include <algorithm>

#include "platform/conversions/conversions.hpp"
#include "platform/identity/api_key.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/telemetry/log.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/credentials/roles.hpp"

namespace market::auth {
namespace {

constexpr std::string_view kOfEverything = "api_keys|";
constexpr std::size_t kDigestBytes = 32;  // SHA-256

// What the caller's token says of this shop or, without one, of everything.
identity::Permissions MayDo(const identity::Principal& caller, const std::optional<SellerId>& seller) {
  if (!seller) return caller.permissions;
  const auto membership = std::ranges::find(caller.sellers, *seller, &identity::Membership::seller);
  return membership == caller.sellers.end() ? identity::Permissions() : membership->permissions;
}

void CheckWanted(const std::vector<std::string>& names, const identity::Permissions& may) {
  for (const auto& name : names) {
    const auto permission = identity::PermissionOf(name);
    if (!permission) throw InvalidArgument("permissions", "UNKNOWN_PERMISSION", "'" + name + "' is none");
    if (ForPeopleAlone().Has(*permission)) {
      throw InvalidArgument("permissions", "NOT_FOR_KEYS", "'" + name + "' is for people alone");
    }
    if (!may.Has(*permission)) {
      throw Error(Code::kPermissionDenied, "PERMISSION_DENIED", "you may not do '" + name + "' yourself");
    }
  }
}

// The message of either request to make one.
template <class Request>
storage::NewApiKey WantedApiKey(const CallContext& call, const Request& request,
                                std::optional<SellerId> seller, std::string_view secret) {
  storage::NewApiKey key{.id = domain::ApiKeyId::New(),
                         .digest = *identity::DigestOfApiKey(secret),
                         .prefix = std::string(identity::PrefixOfApiKey(secret)),
                         .name = request.name(),
                         .maker = call.Caller().account,
                         .seller = seller,
                         .permissions = {request.permissions().begin(), request.permissions().end()},
                         .expires_at = {}};
  CheckWanted(key.permissions, MayDo(call.Caller(), seller));
  if (request.has_expire_time()) {
    key.expires_at = conversions::TimeFrom(request.expire_time(), "expireTime");
  }
  return key;
}

// A permission that this program does not know grants nothing: a newer auth gave it, before it was rolled
// back.
identity::Permissions Granted(const std::vector<std::string>& names) {
  identity::Permissions granted;
  for (const auto& name : names) {
    if (const auto permission = identity::PermissionOf(name)) granted.Add(*permission);
  }
  return granted;
}

std::optional<domain::ApiKeyId> ApiKeyPosition(const rpc::PageTokens& pages, std::string_view filter,
                                               const std::string& token) {
  const auto before = pages.Decode<domain::ApiKeyId>(filter, token);
  return before ? std::optional(std::get<0>(*before)) : std::nullopt;
}

}  // namespace

Task<api::auth::NewApiKey> AuthService::MakeApiKey(CallContext& call, storage::NewApiKey key,
                                                   std::string secret) {
  const auto made = co_await deps_.api_keys.Make(call, std::move(key), rpc::ActOf(call));
  if (std::holds_alternative<storage::TooManyApiKeys>(made)) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "there are as many good API keys as there may be")
        .WithMetadata("limit", std::to_string(deps_.api_keys.Limits().count));
  }
  if (std::holds_alternative<storage::ExpiryOutOfRange>(made)) {
    const auto days = std::chrono::floor<std::chrono::days>(deps_.api_keys.Limits().lifetime).count();
    throw InvalidArgument("expireTime", "OUT_OF_RANGE",
                          "must be later than now and at most " + std::to_string(days) + " days away");
  }
  api::auth::NewApiKey answer;
  *answer.mutable_api_key() = ToProto(std::get<domain::ApiKey>(made));
  answer.set_secret(std::move(secret));
  co_return answer;
}

Task<api::auth::ListApiKeysResponse> AuthService::ApiKeysOf(CallContext& call, std::optional<SellerId> seller,
                                                            int page_size, std::string page_token) {
  const auto filter = std::string(kOfEverything) + (seller ? seller->ToString() : "");
  const auto size = rpc::PageSize(page_size);
  auto keys =
      co_await deps_.api_keys.List(call, seller, ApiKeyPosition(deps_.pages, filter, page_token), size + 1);
  api::auth::ListApiKeysResponse response;
  const auto kept = rpc::FillPage(*response.mutable_api_keys(), size, keys,
                                  [](const domain::ApiKey& key) { return ToProto(key); });
  if (kept < keys.size()) response.set_next_page_token(deps_.pages.Encode(filter, keys[kept - 1].id));
  co_return response;
}

Task<google::protobuf::Empty> AuthService::EndApiKey(CallContext& call, std::string id,
                                                     std::optional<SellerId> seller) {
  if (!co_await deps_.api_keys.Revoke(call, domain::ApiKeyId::From(id), seller, rpc::ActOf(call))) {
    throw NotFound("the API key");
  }
  co_return google::protobuf::Empty();
}

Task<api::auth::NewApiKey> AuthService::CreateSellerApiKey(CallContext& call,
                                                           api::auth::CreateSellerApiKeyRequest request) {
  auto secret = identity::MakeApiKey();
  auto key = WantedApiKey(call, request, SellerId::From(request.seller_id()), secret);
  co_return co_await MakeApiKey(call, std::move(key), std::move(secret));
}

Task<api::auth::ListApiKeysResponse> AuthService::ListSellerApiKeys(
    CallContext& call, api::auth::ListSellerApiKeysRequest request) {
  co_return co_await ApiKeysOf(call, SellerId::From(request.seller_id()), request.page_size(),
                               request.page_token());
}

Task<google::protobuf::Empty> AuthService::RevokeSellerApiKey(CallContext& call,
                                                              api::auth::RevokeSellerApiKeyRequest request) {
  co_return co_await EndApiKey(call, request.api_key_id(), SellerId::From(request.seller_id()));
}

Task<api::auth::NewApiKey> AuthService::CreateApiKey(CallContext& call,
                                                     api::auth::CreateApiKeyRequest request) {
  auto secret = identity::MakeApiKey();
  auto key = WantedApiKey(call, request, std::nullopt, secret);
  co_return co_await MakeApiKey(call, std::move(key), std::move(secret));
}

Task<api::auth::ListApiKeysResponse> AuthService::ListApiKeys(CallContext& call,
                                                              api::auth::ListApiKeysRequest request) {
  co_return co_await ApiKeysOf(call, std::nullopt, request.page_size(), request.page_token());
}

Task<google::protobuf::Empty> AuthService::RevokeApiKey(CallContext& call,
                                                        api::auth::RevokeApiKeyRequest request) {
  co_return co_await EndApiKey(call, request.api_key_id(), std::nullopt);
}

// What the key may do is what both it and its maker may do now.
Task<marketplace::type::v1::ApiKeyGrant> AuthService::ResolveApiKey(
    CallContext& call, marketplace::type::v1::ResolveApiKeyRequest request) {
  if (request.digest().size() != kDigestBytes) throw NotFound("the API key");
  const auto found = co_await deps_.api_keys.Resolve(call, request.digest());
  if (!found) throw NotFound("the API key");
  const auto& key = found->key;
  if (found->note_use) {
    try {
      co_await deps_.api_keys.NoteUse(call, key.id);
    } catch (const Error& error) {  // it is good all the same
      telemetry::log::Warn("auth.api_key_use_not_noted",
                           {{"api_key_id", key.id.ToString()}, {"msg", error.message}}, &call.Trace());
    }
  }
  identity::Permissions may = key.seller ? Within(found->maker, *key.seller) : Everywhere(found->maker);
  may &= Granted(key.permissions);
  marketplace::type::v1::ApiKeyGrant grant;
  grant.set_api_key_id(key.id.ToString());
  grant.set_account_id(key.maker.ToString());
  grant.set_account_version(found->maker.version);
  for (const int number : may.Numbers()) grant.add_permissions(number);
  if (key.seller) grant.set_seller_id(key.seller->ToString());
  *grant.mutable_expire_time() = conversions::ToProto(key.expires_at);
  co_return grant;
}

}  // namespace market::auth
