// An API key as those see it who may revoke it: everything but the key.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::auth::domain {

using ApiKeyId = Id<struct ApiKeyTag>;

struct ApiKey {
  ApiKeyId id;
  std::string name;
  std::string prefix;              // what the key begins with
  AccountId maker;                 // it may do no more than this account may
  std::optional<SellerId> seller;  // none: for the whole marketplace
  std::vector<std::string> permissions;
  Time created_at;
  Time expires_at;
  std::optional<Time> last_used_at;
};

}  // namespace market::auth::domain
