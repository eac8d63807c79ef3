// Reads the signing keys that all replicas share, again and again: what another replica has changed is in force here
// within a second, which is half of the 2 s that a removed key is refused after. While the database is away the keys
// at hand go on.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/auth/credentials/signing_keys.hpp"
#include "services/auth/storage/signing_keys.hpp"

namespace market::auth {

class KeyReader {
 public:
  // Both must outlive it.
  KeyReader(storage::SigningKeys& stored, SigningKeys& keys);

  // Makes the first keys where there are none. Throws what the storage does, and std::runtime_error for keys that
  // this process can't open.
  Task<> Begin(Work work);
  // Once, now.
  Task<> Read(Work work);
  runtime::Every& Reading() { return reading_; }

 private:
  storage::SigningKeys& stored_;
  SigningKeys& keys_;
  runtime::Every reading_;
};

}  // namespace market::auth
