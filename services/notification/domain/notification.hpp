// What happened, for whom, and what became of it: a notification in the app, a mail, or both.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "services/notification/domain/kind.hpp"

namespace market::notification::domain {

using NotificationId = Id<struct NotificationTag>;

inline constexpr int kUnreadCountMax = 1000;

// What it is about. Nothing of a person: who is told knows the rest.
struct Facts {
  std::string title;  // an order's number, a shop's name, an offer's SKU, a product's title, a reason
  std::optional<Uuid> order;
  std::optional<Uuid> seller_order;
  std::optional<SellerId> seller;
  std::optional<Money> amount;
  std::optional<Uuid> conversation;
  std::optional<Uuid> product;
  std::optional<Time> deadline = {};  // until when something can be done about it: for the mail alone
};

struct Notification {
  NotificationId id;
  AccountId account;
  Kind kind = Kind::kNewDevice;
  Facts facts;
  bool read = false;
  Time created_at;
};

// Whose it is to know.
enum class Audience : std::uint8_t {
  kAccount,   // the one that it names
  kTeam,      // all who act for the shop
  kOwners,    // of the shop
  kManagers,  // of the shop, and its owners: those who see its money
  kInvited,   // nobody's account yet: the mail goes to whom the invitation is
};

// One thing to tell, as an event of a service has it.
struct News {
  Kind kind = Kind::kNewDevice;
  Audience audience = Audience::kAccount;
  std::optional<AccountId> account;
  Facts facts;
  std::optional<Uuid> token;       // a mailed token's, which auth reveals
  std::optional<Uuid> invitation;  // which user reveals
};

// One thing to tell to one account; to none: to the invited.
struct Told {
  std::optional<AccountId> account;
  const News* news = nullptr;
};

}  // namespace market::notification::domain
