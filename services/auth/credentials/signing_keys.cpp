#include "services/auth/credentials/signing_keys.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/sealed.hpp"

namespace market::auth {
namespace {

identity::SigningKey OpenSealed(std::string_view seal, const domain::SigningKey& key) {
  const auto sealed = crypto::Base64UrlDecode(key.sealed);
  const auto pem = sealed ? crypto::Unseal(seal, *sealed, key.kid) : std::nullopt;
  if (!pem) {
    throw std::runtime_error(
        "auth.root_key: the signing key " + key.kid +
        " was sealed with another one: auth starts with that one, or after `marketctl keys reset`, "
        "which refuses every token of before");
  }
  return identity::SigningKey::FromPem(*pem);
}

}  // namespace

domain::NewSigningKey SigningKeys::Make() const {
  const auto key = identity::SigningKey::Generate();
  auto [kid, x, y] = key.Public();
  auto sealed = crypto::Base64UrlEncode(crypto::Seal(seal_, key.Pem(), kid));
  return {.kid = std::move(kid), .x = std::move(x), .y = std::move(y), .sealed = std::move(sealed)};
}

void SigningKeys::Use(const std::vector<domain::SigningKey>& published) {
  const auto active = std::ranges::find(published, domain::KeyState::kActive, &domain::SigningKey::state);
  if (active == published.end()) throw std::runtime_error("no signing key is ACTIVE");
  if (!active_ || active_->Kid() != active->kid) active_.emplace(OpenSealed(seal_, *active));
  published_.clear();
  for (const auto& key : published) published_.push_back({key.kid, key.x, key.y});
}

const identity::SigningKey& SigningKeys::Active() const {
  if (!active_) throw std::logic_error("the signing keys were not read yet");
  return *active_;
}

}  // namespace market::auth
