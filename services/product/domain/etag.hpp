// Entity tags: "<version>" for what only its owner changes, "<version>-<hash>" for a product as shown, whose
// offers and availability change beside it. A precondition compares the version alone
// (platform/rpc/partial_update.hpp). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace market::product::domain {

class EtagHash {
 public:
  EtagHash& Add(std::string_view bytes);
  EtagHash& Add(std::int64_t value);
  std::string Hex() const;

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;  // FNV-1a: no secret, no adversary gains by a collision
};

}  // namespace market::product::domain
