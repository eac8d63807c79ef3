// From "Bearer …" to a Principal: keys fetched from auth and kept, verified tokens cached until they expire,
// what ended before its time refused. An API key goes its own way (api_keys.hpp).
//
// Keys are fetched again when they are used and older than 60 s, or when a token names an unknown one: one
// fetch at a time, at most one every 10 s; and at once after auth has told that one was removed. So who has
// published a key for kKeysKnownAfter may sign with it. When auth can't be reached the keys at hand stay good for
// 24 h, so an auth outage does not stop purchases. At most 10,000 tokens are cached.
//
// What ended is read by CatchUp, which a worker calls again and again: a refusal is about that old. Until it
// was read once nothing is verified; when auth is away later, what was refused stays so. Io thread only.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/identity/api_keys.hpp"
#include "platform/identity/jwt.hpp"
#include "platform/identity/revocations.hpp"
#include "platform/runtime/task.hpp"

namespace market::identity {

// A verifier that is asked about a token has looked at auth's keys within this time, while auth answers.
inline constexpr std::chrono::seconds kKeysKnownAfter{90};

class TokenVerifier {
 public:
  // What auth tells, over the wire or in its own process.
  struct Source {
    std::function<Task<std::vector<PublicKey>>(runtime::Deadline)> keys;
    // What ended since `after`, the `next` of the answer before; empty: all that a token can still name.
    std::function<Task<Revoked>(std::string after, runtime::Deadline)> revoked;
    ApiKeys::Resolve api_keys;
  };

  TokenVerifier(std::string issuer, const Clock& clock, Source source);
  ~TokenVerifier();

  // The answer without waiting, if no key must be fetched for it; null otherwise: then Verify. The principal
  // is good until the next call. Throws Error UNAUTHENTICATED.
  const Principal* TryVerify(std::string_view authorization);

  // `authorization` is a header value. Throws Error UNAUTHENTICATED unless it is a valid bearer token,
  // UNAVAILABLE when no key could be had at all, and for an API key what ApiKeys::Ask throws.
  Task<Principal> Verify(std::string_view authorization, runtime::Deadline deadline);

  // Reads what has ended since it was last called. Throws what the source throws, and goes on from there.
  Task<> CatchUp(runtime::Deadline deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::identity
