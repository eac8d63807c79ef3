// Accounts, profiles, sellers and their members, and who sells or buys without being one.
#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {
namespace {

class PeopleChecker : public Findings {
 public:
  explicit PeopleChecker(const Facts& facts) : facts_(facts) {}

  void Run() {
    CheckProfiles();
    CheckSellers();
    CheckWhoSells();
  }

 private:
  // X9: an account has its profile and a profile its account.
  void CheckProfiles() {
    for (const auto& account : facts_.auth_before.without_message) {
      if (!facts_.profiles.contains(account)) {
        Add("X9", {"user", account}, "an account without a profile, and no message will make one");
      }
    }
    for (const auto& profile : facts_.profiles) {
      if (!facts_.auth_after.accounts.contains(profile)) {
        Add("X9", {"user", profile}, "a profile without an account");
      }
    }
  }

  // X9: the owner of an approved seller, and nobody else, is its member as owner.
  void CheckSellers() {
    for (const auto& [id, seller] : facts_.sellers) {
      if (seller.state == "PENDING" || seller.waits ||
          facts_.auth_after.owners.contains({id, seller.owner})) {
        continue;
      }
      Add("X9", {"auth", id},
          fmt::format("the seller is {}, its owner {} is no member, and no message will make it one",
                      seller.state, seller.owner));
    }
    for (const auto& [id, account] : facts_.auth_before.owners) {
      const auto* seller = Find(facts_.sellers, id);
      if (seller == nullptr) {
        Add("X9", {"auth", id}, "account " + account + " owns a seller that does not exist");
      } else if (seller->owner != account) {
        Add("X9", {"auth", id},
            fmt::format("account {} is a member as owner, the seller is {}'s", account, seller->owner));
      } else if (seller->state == "PENDING") {
        Add("X9", {"auth", id}, "its owner " + account + " is a member before the seller was approved");
      }
    }
  }

  // X13: who sells is a seller.
  void CheckWhoSells() {
    for (const auto& id : facts_.catalogue_sellers) {
      if (!facts_.sellers.contains(id))
        Add("X13", {"product", id}, "products of a seller that does not exist");
    }
    for (const auto& [id, part] : facts_.parts) {
      if (!facts_.sellers.contains(part.seller)) {
        Add("X13", {"order", id}, "its seller " + part.seller + " does not exist");
      }
    }
  }

  const Facts& facts_;
};

}  // namespace

std::vector<Finding> CheckPeople(const Facts& facts) {
  PeopleChecker people(facts);
  people.Run();
  return people.Take();
}

}  // namespace market::invariants
