// What somebody may do: a set of permissions of the contract (proto/marketplace/options/v1/permission.proto).
// A value, a few machine words large.
#pragma once
#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "marketplace/options/v1/permission.pb.h"

namespace market::identity {

using Permission = marketplace::options::v1::Permission;

// "orders.cancel"
std::string_view NameOf(Permission permission);
// nullopt for a name that is none of this program's.
std::optional<Permission> PermissionOf(std::string_view name);

class Permissions {
 public:
  Permissions() = default;
  Permissions(std::initializer_list<Permission> some);
  static Permissions Every();

  // A number that this program does not know is passed over:
  // whoever granted it is newer, and nothing here asks for it.
  void Add(std::int64_t number);
  Permissions& operator|=(const Permissions& more);
  Permissions& operator&=(const Permissions& those);

  // False for PERMISSION_UNSPECIFIED, which nobody has.
  bool Has(Permission permission) const;
  bool Empty() const { return bits_.none(); }
  // Ascending.
  std::vector<int> Numbers() const;
  std::vector<Permission> All() const;
  bool operator==(const Permissions&) const = default;

 private:
  std::bitset<marketplace::options::v1::Permission_ARRAYSIZE> bits_;
};

}  // namespace market::identity
