// Disputes, with what they take of sales and what the ledger has of them.
//
// A dispute of a charge is written in one transaction for all its parts: rows, entries, what is taken of their sales, events. It holds the
// payment first, so that a refund of the same money comes before or after it, then the sales in the order of their ids. What becomes of it goes
// by its state as it is by then: whoever is second does nothing. Owner: the service; `database` must outlive it. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/payment/domain/dispute.hpp"

namespace market::payment::storage {

// What is known of one that is new.
struct DisputeDraft {
  std::string provider_id;
  std::int64_t amount_minor = 0;
  std::string reason;
  Time evidence_due;
};

struct DisputesWanted {
  std::optional<std::vector<SellerId>> scope;  // none: of every shop
  std::optional<SellerId> seller;
  std::optional<domain::DisputeState> state;
};

// One that is the caller's for a while, with what is needed to give it back unread.
struct DueDispute {
  domain::DisputeId id;
  std::int64_t version = 1;
  std::uint32_t asks = 0;
  std::uint32_t failures = 0;
};

struct DisputesOpen {
  std::int64_t open = 0;  // not ended
  std::int64_t due_soon =
      0;  // of those: the shop has not answered, and the bank takes it for three days more at most
  std::int64_t parked = 0;
};

class Disputes {
 public:
  explicit Disputes(postgres::Database& database) : database_(database) {}

  enum class Written { kDone, kOvertaken };
  // Overtaken: somebody else has written it, or the payment since it was read. Throws Error UNAVAILABLE while a sale of it is not known.
  Task<Written> Open(Work work, const domain::Payment& payment, DisputeDraft draft);
  // Every one of the provider's dispute that is not there yet. Overtaken: one of them has moved meanwhile.
  Task<Written> MoveTo(Work work, std::string provider_id, domain::DisputeState to);
  // What the shop says. Overtaken: it is not OPEN any more.
  Task<Written> Answer(Work work, domain::DisputeId id, domain::Evidence evidence, audit::Act act);
  // The bank has what the shops say; or the provider does not take it.
  Task<> Submitted(Work work, std::string provider_id);
  Task<> Refused(Work work, std::string provider_id, std::string code);

  Task<std::vector<domain::Dispute>> OfProvider(Work work, std::string provider_id);
  Task<std::optional<domain::Dispute>> Find(Work work, domain::DisputeId id,
                                            std::optional<std::vector<SellerId>> scope);
  // Newest first.
  Task<std::vector<domain::Dispute>> List(Work work, DisputesWanted wanted,
                                          std::optional<domain::DisputeId> before, std::int64_t limit);

  Task<std::vector<DueDispute>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Unless somebody else has written since.
  Task<> Later(Work work, DueDispute due, std::chrono::milliseconds delay);
  Task<> PutBack(Work work, DueDispute due, runtime::Setback setback);
  Task<DisputesOpen> Count(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
