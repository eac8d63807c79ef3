// From "mk_…" to a Principal: asked of who issues API keys, and kept.
//
// A good key is asked for again when what is known of it is 60 s old, and at once when it was revoked or its
// maker may do less (revocations.hpp); one that is not good, after 10 s. Of one key one question is under way
// at a time. Keys that nobody here has seen to be good may be asked for 50 times a second, 100 at once: past
// that they are OVERLOADED, so that strangers who make keys up take nothing from the issuer; keys that have
// been good do not count. At most 10,000 good keys and 2,000 others are kept, by their digests. Io thread
// only.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/identity/api_key.hpp"
#include "platform/identity/revocations.hpp"
#include "platform/runtime/task.hpp"

namespace market::identity {

class ApiKeys {
 public:
  // By digest; nullopt for a key that is not good.
  using Resolve = std::function<Task<std::optional<ApiKeyGrant>>(std::string digest, runtime::Deadline)>;

  // `clock` and `revocations` must outlive it. Without `resolve` no key is good.
  ApiKeys(const Clock& clock, const Revocations& revocations, Resolve resolve);
  ~ApiKeys();

  // The answer without waiting, if it is known; null otherwise: then Ask. Good until the next call. Throws
  // Error UNAUTHENTICATED.
  const Principal* Find(std::string_view key);

  // Throws Error UNAUTHENTICATED for a key that is not good, UNAVAILABLE when its issuer can't be asked,
  // OVERLOADED as above.
  Task<Principal> Ask(std::string_view key, runtime::Deadline deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::identity
