// Accounts, profiles, sellers and their members, and who sells or buys without being one.
#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {
namespace {

class PeopleChecker : public Findings {
 public:
  explicit PeopleChecker(const Facts& facts) : facts_(facts) {}

  void Run() {
    CheckProfiles();
    CheckMembers();
    CheckWhoSells();
    CheckForgotten();
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

  // X9: auth knows the members that user has, and no others.
  void CheckMembers() {
    for (const auto& member : facts_.members) {
      if (Waits(member.seller) || facts_.auth_after.members.contains(member)) continue;
      Add("X9", {"auth", member.seller},
          fmt::format("account {} is a member as {}, and no message will tell auth", member.account,
                      member.role));
    }
    for (const auto& member : facts_.auth_before.members) {
      const bool stays = facts_.auth_after.members.contains(member);
      if (!stays || Waits(member.seller) || facts_.members.contains(member)) continue;
      Add("X9", {"auth", member.seller},
          fmt::format("account {} is taken for a member as {}", member.account, member.role));
    }
  }

  bool Waits(const std::string& id) const {
    const auto* seller = Find(facts_.sellers, id);
    return seller != nullptr && seller->waits;
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

  // X16: who is forgotten is so everywhere.
  void CheckForgotten() {
    for (const auto& [service, account] : facts_.personal) {
      Add("X16", {service, account},
          "its owner has closed account " + account + ", and " + service + " knows more than that");
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
