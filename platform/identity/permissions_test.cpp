#include "platform/identity/permissions.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace market::identity {
namespace {

namespace options = marketplace::options::v1;

TEST(Permissions, EveryOneHasANameOfItsOwn) {
  const auto& all = *options::Permission_descriptor();
  std::set<std::string> names;
  for (int i = 0; i < all.value_count(); ++i) {
    if (all.value(i)->number() == options::PERMISSION_UNSPECIFIED) continue;
    const std::string name(NameOf(static_cast<Permission>(all.value(i)->number())));
    EXPECT_TRUE(std::regex_match(name, std::regex("[a-z_]+\\.[a-z]+"))) << all.value(i)->name();
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Permissions, HaveWhatWasAdded) {
  Permissions some = {options::ORDERS_READ};
  some.Add(options::LEDGER_READ);
  some.Add(options::PERMISSION_UNSPECIFIED);
  some.Add(options::Permission_MAX + 1);
  some.Add(-1);
  EXPECT_TRUE(some.Has(options::ORDERS_READ));
  EXPECT_FALSE(some.Has(options::ORDERS_CANCEL));
  EXPECT_FALSE(some.Has(options::PERMISSION_UNSPECIFIED));
  EXPECT_EQ(some.Numbers(), (std::vector<int>{options::ORDERS_READ, options::LEDGER_READ}));
}

TEST(Permissions, AreFoundByTheirNames) {
  EXPECT_EQ(PermissionOf("orders.cancel"), options::ORDERS_CANCEL);
  for (const auto* none : {"", "orders", "ORDERS_CANCEL", "orders.cancel "})
    EXPECT_FALSE(PermissionOf(none)) << none;
}

TEST(Permissions, OfTwoSets_WhatBothHave) {
  Permissions some = {options::ORDERS_READ, options::LEDGER_READ};
  some &= {options::LEDGER_READ, options::ORDERS_CANCEL};
  EXPECT_EQ(some.All(), std::vector<Permission>{options::LEDGER_READ});
}

}  // namespace
}  // namespace market::identity
