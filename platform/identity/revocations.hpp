// What ended before its time: sessions, API keys, what accounts were allowed, and keys that sign tokens. Kept in
// every process that verifies tokens, for as long as a token from before can live.
//
// Bounded: past entries_max of each kind it forgets them and refuses every token from before that moment,
// which sends their bearers to refresh and lets nobody in. A removed signing key is another matter, since whoever
// has stolen it makes tokens of any time: the last kRemovedKeysMax of them are kept for ever, twice as many as a
// verifier holds keys (jwt.cpp), so none that it may still hold is forgotten. Io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/identity/jwt.hpp"

namespace market::identity {

inline constexpr std::size_t kRemovedKeysMax = 64;

// One answer of auth's feed.
struct Revoked {
  std::vector<Uuid> ended;                                   // sessions and API keys
  std::vector<std::pair<AccountId, std::int64_t>> outdated;  // tokens of a lower version
  std::optional<Time> all_before;                            // every token from before
  std::vector<std::string> removed_keys{};                   // tokens that these have signed, by kid
  std::string next;                                          // where to go on
  bool more = false;                                         // there is more already
};

// What a token says of itself.
struct TokenFacts {
  Uuid session;  // or API key
  AccountId account;
  std::int64_t account_version = 0;
  Time issued_at;
  std::string kid{};  // of an access token
};

class Revocations {
 public:
  explicit Revocations(std::size_t entries_max = 100'000) : entries_max_(entries_max) {}

  void Apply(const Revoked& revoked, Time now);
  bool Refuses(const TokenFacts& token) const;
  std::size_t Size() const;

 private:
  // What was told first is forgotten first: the old one goes when the young one is as old as a token gets.
  struct Generation {
    std::unordered_set<Uuid> ended;
    std::unordered_map<AccountId, std::int64_t> outdated;
    std::size_t Size() const { return ended.size() + outdated.size(); }
    bool Refuses(const TokenFacts& token) const;
  };

  void MakeRoom(Time now);

  const std::size_t entries_max_;
  Generation young_;
  Generation old_;
  std::optional<Time> young_since_;
  std::optional<Time> all_before_;
  std::deque<std::string> removed_keys_;
};

}  // namespace market::identity
