// What buyers and shops write to each other. Every query takes whose conversations the caller may see.
//
// A conversation is written to under the lock of its row, after that of what its writer may still write: so its messages
// have numbers without gaps, in the order in which others see them, and what is not read is counted right. Fails as
// platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/notification/domain/conversation.hpp"

namespace market::notification::storage {

// Somebody's own as a buyer, those of the shops they act for, and for operators those that were reported. Who is both
// buyer and shop of one is its buyer.
struct Scope {
  std::optional<AccountId> buyer;
  std::vector<SellerId> sellers;
  bool reported = false;
};

// One list of these.
enum class Shelf : std::uint8_t { kOfBuyer, kOfShops, kReported };

struct WantedConversations {
  Shelf shelf = Shelf::kOfBuyer;
  bool unread = false;
  bool reported = false;
};

// Where a page of conversations begins: after this one.
using ConversationPlace = std::pair<Time, domain::ConversationId>;

class Conversations {
 public:
  struct Limits {
    domain::Allowance messages;       // of one account
    domain::Allowance conversations;  // that one account begins
  };
  struct Sent {
    domain::Message message;
    domain::Conversation conversation;  // with it
    std::size_t mails = 0;              // that wait since
  };

  Conversations(postgres::Database& database, Limits limits) : database_(database), limits_(limits) {}

  // Nothing when it does not exist, or is not in scope.
  Task<std::optional<domain::Conversation>> Find(Work work, domain::ConversationId id, Scope scope);
  // Those with the newest messages first.
  Task<std::vector<domain::Conversation>> List(Work work, Scope scope, WantedConversations wanted,
                                               std::optional<ConversationPlace> after, int limit);
  // How many have something that is not read, up to domain::kUnreadCountMax.
  Task<std::int64_t> CountUnread(Work work, Scope scope, Shelf shelf);
  // The newest first, below the number `before`.
  Task<std::vector<domain::Message>> Messages(Work work, domain::ConversationId id, Scope scope,
                                              std::optional<std::int64_t> before, int limit);

  // The first message, or one more of the conversation that there is already. `others` are told, unless their side has
  // something that it has not read. A message that was sent is not sent again. Throws Error RATE_LIMITED.
  Task<Sent> Start(Work work, domain::Parties parties, domain::Side side, domain::Draft draft,
                   std::vector<AccountId> others);
  // As Start; nothing when there is no such conversation in scope.
  Task<std::optional<Sent>> Send(Work work, domain::ConversationId id, Scope scope, domain::Draft draft,
                                 std::vector<AccountId> others);

  // The side in scope has read all up to this message; once nothing is left, what `scope.buyer` was told of it counts as read,
  // too. Nothing when it has no such conversation or message.
  Task<std::optional<domain::Conversation>> MarkRead(Work work, domain::ConversationId id, Scope scope,
                                                     domain::MessageId last);
  // Once a side; the first words stay. Nothing when it has no such conversation.
  Task<std::optional<domain::Conversation>> Report(Work work, domain::ConversationId id, Scope scope,
                                                   AccountId account, std::string reason);

  // Deletes who may write as if they never had, at most `limit` rows; gives how many.
  Task<std::int64_t> SweepLimits(Work work, std::int64_t limit);

 private:
  postgres::Database& database_;
  const Limits limits_;
};

}  // namespace market::notification::storage
