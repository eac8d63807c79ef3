// The keys that sign access tokens, which all replicas share. Whoever changes them waits for whoever does so
// already. Each act is one transaction with its row on record. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/signing_key.hpp"

namespace market::auth::storage {

struct KeyTimes {
  std::chrono::milliseconds published_before;  // the next one has been, before it signs
  std::chrono::milliseconds published_after;   // a retired one is: as long as its tokens may live
};

struct Rotated {};
// Verifiers may not know the next key yet: not before this time.
struct TooEarly {
  std::chrono::milliseconds wait;
};
struct KeyRemoved {};
struct NoSuchKey {};

class SigningKeys {
 public:
  SigningKeys(postgres::Database& database, const KeyTimes& times) : database_(database), times_(times) {}

  // What is published: the active one, the next, and those whose tokens may live. Empty before the first start.
  Task<std::vector<domain::SigningKey>> Published(Work work);
  // Those that are kept, the newest first, at most 100.
  Task<std::vector<domain::SigningKey>> List(Work work);

  // At the first start: unless another replica was first.
  Task<> Begin(Work work, domain::NewSigningKey active, domain::NewSigningKey next);
  // The next one signs, the active one retires; `next` is the one after.
  Task<std::variant<Rotated, TooEarly>> Rotate(Work work, domain::NewSigningKey next, audit::Act act);
  // In whatever state it is. In the place of the active one signs the next at once, and `next` comes after it or in
  // the place of the next one. A second time changes nothing.
  Task<std::variant<KeyRemoved, NoSuchKey>> Remove(Work work, std::string kid, domain::NewSigningKey next,
                                                   audit::Act act);

  // Every one, when the root secret is another: the next auth that starts makes new ones. Gives how many.
  Task<std::int64_t> RemoveAll(Work work, audit::Act act);

  // Forgets those that retired or were removed so long ago. Gives how many.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  postgres::Database& database_;
  const KeyTimes times_;
};

}  // namespace market::auth::storage
