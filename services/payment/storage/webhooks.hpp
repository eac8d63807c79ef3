// What providers told by themselves, and what is still to be done about it.
//
// An event is kept once, whatever happens to it, and never changed; its row of work is due until somebody has
// looked into what it is about. Who takes one has it for a while; doing one twice does no harm. Owner: the
// service; `database` must outlive it. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"

namespace market::payment::storage {

struct ProviderEvent {
  std::string provider;
  std::string event;  // the provider's id of it
  std::string type;
  std::string charge;     // the provider's id of the charge it is about; empty: none
  std::string reference;  // ours: the order; empty: none
  Time made_at;
};

struct DueWebhook {
  Uuid id;
  std::string type;
  std::string charge;
  std::string reference;
  std::uint32_t asks = 0;  // how often it was taken, this time too
  std::uint32_t failures = 0;
  std::chrono::milliseconds age{0};  // since it was received
};

struct WaitingWebhooks {
  std::int64_t waiting = 0;
  std::int64_t parked = 0;
};

class Webhooks {
 public:
  explicit Webhooks(postgres::Database& database) : database_(database) {}

  // False: it was kept before. Either way it is there when this returns.
  Task<bool> Keep(Work work, const ProviderEvent& event);

  // Up to `limit` that are due and not parked, for as long as `lease`.
  Task<std::vector<DueWebhook>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  Task<> Done(Work work, Uuid id);
  Task<> Later(Work work, Uuid id, std::chrono::milliseconds delay, std::string why);
  // For an operator: nothing here knows what it is about.
  Task<> Park(Work work, Uuid id, std::string why);
  Task<> PutBack(Work work, Uuid id, runtime::Setback setback);
  // Counted up to 100,000.
  Task<WaitingWebhooks> Count(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
