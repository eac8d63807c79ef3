#include "platform/identity/revocations.hpp"

#include <algorithm>

namespace market::identity {
namespace {

constexpr auto kTokensKeptFor = kTokenLifetimeMax + kTokenSkew;

}  // namespace

bool Revocations::Generation::Refuses(const TokenFacts& token) const {
  if (ended.contains(token.session)) return true;
  const auto found = outdated.find(token.account);
  return found != outdated.end() && token.account_version < found->second;
}

bool Revocations::Refuses(const TokenFacts& token) const {
  return (all_before_ && token.issued_at < *all_before_) || young_.Refuses(token) || old_.Refuses(token) ||
         std::ranges::find(removed_keys_, token.kid) != removed_keys_.end();
}

std::size_t Revocations::Size() const { return young_.Size() + old_.Size(); }

void Revocations::Apply(const Revoked& revoked, Time now) {
  MakeRoom(now);
  young_.ended.insert(revoked.ended.begin(), revoked.ended.end());
  for (const auto& [account, version] : revoked.outdated) {
    auto& known = young_.outdated[account];
    known = std::max(known, version);
  }
  for (const auto& kid : revoked.removed_keys) {
    if (std::ranges::find(removed_keys_, kid) != removed_keys_.end()) continue;  // told again
    if (removed_keys_.size() == kRemovedKeysMax) removed_keys_.pop_front();
    removed_keys_.push_back(kid);
  }
  if (revoked.all_before) all_before_ = std::max(all_before_.value_or(Time()), *revoked.all_before);
}

void Revocations::MakeRoom(Time now) {
  // A clock that was set back begins a new count: nothing is forgotten earlier for it.
  if (!young_since_ || now < *young_since_) young_since_ = now;
  if (now - *young_since_ >= kTokensKeptFor) {
    old_ = std::exchange(young_, {});
    young_since_ = now;
  }
  if (young_.Size() < entries_max_) return;
  // Tokens tell whole seconds, so those of this second are refused with those before.
  all_before_ = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
  young_ = {};
  old_ = {};
}

}  // namespace market::identity
