// What a buyer and a shop write to each other about one thing: a product, or the shop's part of an order.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::notification::domain {

using ConversationId = Id<struct ConversationTag>;
using MessageId = Id<struct MessageTag>;

// On which somebody writes. A shop is one side, whoever of its team does.
enum class Side : std::uint8_t { kBuyer, kShop };
inline constexpr Words<Side, 2> kSides{"side of a conversation", {"BUYER", "SHOP"}};
inline std::string_view Name(Side side) { return kSides.Name(side); }
inline void FromText(std::string_view word, Side& side) { side = kSides.Require(word); }

inline Side Other(Side side) { return side == Side::kBuyer ? Side::kShop : Side::kBuyer; }

// One of the two.
struct Subject {
  std::optional<Uuid> product;
  std::optional<Uuid> seller_order;
  std::string title;  // the product's, or the order's number
};

// Between whom it is, and about what. There is one conversation for each of these.
struct Parties {
  AccountId buyer;
  SellerId seller;
  std::string seller_name;
  Subject subject;
};

struct Report {
  ConversationId conversation;
  Side side = Side::kBuyer;
  std::string reason;
  Time created_at;
};

// As somebody sees it.
struct Conversation {
  ConversationId id;
  Parties parties;
  std::optional<Side> side;   // theirs; operators have none
  std::int64_t messages = 0;  // how many
  std::int64_t version = 0;
  std::int64_t unread = 0;      // by their side
  bool reported = false;        // by their side; for operators by any
  std::vector<Report> reports;  // for operators
  Time last_message_at;
  Time created_at;
};

struct Message {
  MessageId id;
  ConversationId conversation;
  std::int64_t number = 0;  // in its conversation, from 1
  Side side = Side::kBuyer;
  std::string text;
  Time created_at;
};

// What somebody wants to say.
struct Draft {
  MessageId id;
  AccountId author;
  std::string text;
};

// How much of something one account may do: `count` at once, and as many again in each `window`.
struct Allowance {
  int count = 1;
  std::chrono::milliseconds window{0};
};

}  // namespace market::notification::domain
