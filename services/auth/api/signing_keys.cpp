#include "platform/rpc/act.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"

namespace market::auth {

Task<marketplace::type::v1::KeySet> AuthService::GetKeys(CallContext& call,
                                                         api::auth::GetKeysRequest request) {
  marketplace::type::v1::KeySet keys;
  for (const auto& key : deps_.signing_keys.Published()) *keys.add_keys() = ToProto(key);
  co_return keys;
}

Task<api::auth::ListSigningKeysResponse> AuthService::ListSigningKeys(
    CallContext& call, api::auth::ListSigningKeysRequest request) {
  api::auth::ListSigningKeysResponse response;
  for (const auto& key : co_await deps_.stored_keys.List(call)) *response.add_keys() = ToProto(key);
  co_return response;
}

// This replica signs with what is the active one now before it answers; the others within a second.
Task<api::auth::ListSigningKeysResponse> AuthService::RotateSigningKeys(
    CallContext& call, api::auth::RotateSigningKeysRequest request) {
  const auto rotated =
      co_await deps_.stored_keys.Rotate(call, deps_.signing_keys.Make(), rpc::ActOf(call, request.reason()));
  if (const auto* early = std::get_if<storage::TooEarly>(&rotated)) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(early->wait);
    throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
                "the next key is too young for all who verify to know it: wait for " +
                    std::to_string(wait.count()) + " s, or remove the active one if somebody has it")
        .WithRetryAfter(wait);
  }
  deps_.signing_keys.Use(co_await deps_.stored_keys.Published(call));
  co_return co_await ListSigningKeys(call, {});
}

Task<api::auth::ListSigningKeysResponse> AuthService::RemoveSigningKey(
    CallContext& call, api::auth::RemoveSigningKeyRequest request) {
  const auto removed = co_await deps_.stored_keys.Remove(call, request.kid(), deps_.signing_keys.Make(),
                                                         rpc::ActOf(call, request.reason()));
  if (std::holds_alternative<storage::NoSuchKey>(removed)) throw NotFound("the signing key");
  deps_.signing_keys.Use(co_await deps_.stored_keys.Published(call));
  co_return co_await ListSigningKeys(call, {});
}

}  // namespace market::auth
