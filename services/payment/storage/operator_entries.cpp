#include "services/payment/storage/operator_entries.hpp"

#include <utility>

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/payment/messages.hpp"

namespace market::payment::storage {
namespace {

using domain::OperatorEntry;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr Columns kOperatorEntryRow{
    Column{"id", &BookedOperatorEntry::entry, &OperatorEntry::id},
    Column{"seller_id", &BookedOperatorEntry::entry, &OperatorEntry::seller},
    Column{"cause", &BookedOperatorEntry::entry, &OperatorEntry::cause},
    Column{"currency", [](BookedOperatorEntry& row) -> Currency& { return row.entry.amount.currency; }},
    Column{"amount_minor", [](BookedOperatorEntry& row) -> std::int64_t& { return row.entry.amount.minor; }},
    Column{"reason", &BookedOperatorEntry::entry, &OperatorEntry::reason},
    Column{"account_id", &BookedOperatorEntry::entry, &OperatorEntry::by},
    Column{"entry_id", &BookedOperatorEntry::ledger_entry},
    Column{"created_at", &BookedOperatorEntry::booked_at}};
constexpr ComposedStatement kFindOperatorEntry{
    "operator_entry.find", "SELECT " + kOperatorEntryRow + " FROM operator_entry WHERE id = $1"};
constexpr ComposedStatement kKeepOperatorEntry{"operator_entry.keep", R"sql(
  INSERT INTO operator_entry (id, seller_id, cause, currency, amount_minor, reason, account_id, entry_id, created_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, e.id, e.created_at FROM ledger_entry e WHERE e.id = $8 RETURNING )sql" +
                                                                          kOperatorEntryRow};

struct WhyRow {
  EntryId entry;
  std::string reason;
};
constexpr Columns kWhy{Column{"entry_id", &WhyRow::entry}, Column{"reason", &WhyRow::reason}};
constexpr ComposedStatement kReasonsOf{"operator_entry.reasons",
                                       "SELECT " + kWhy + " FROM operator_entry WHERE entry_id = ANY ($1)"};

}  // namespace

Task<BookedOperatorEntry> OperatorEntries::Book(Work work, OperatorEntry wanted, audit::Act act) {
  const auto book = [&](postgres::Tx& tx) -> Task<BookedOperatorEntry> {
    if (const auto before =
            kOperatorEntryRow.ReadAtMostOne(co_await tx.Execute(kFindOperatorEntry, wanted.id)))
      co_return *before;
    auto record = act;
    record.target_type = "seller";
    record.target_id = wanted.seller.ToString();
    record.seller = wanted.seller;
    record.after = {{"cause", std::string(Name(wanted.cause))}, {"amount", wanted.amount.ToString()}};
    Batch batch("operator_entry.book");
    const auto entry = AppendEntry(batch, EntryOf(wanted), wanted.amount.currency, std::nullopt);
    batch.Add(kKeepOperatorEntry, wanted.id, wanted.seller, wanted.cause, wanted.amount.currency,
              wanted.amount.minor, wanted.reason, wanted.by, entry);
    audit::Append(batch, work, record);
    events::Append(batch, work, BookedEvent(wanted, entry.Value()));
    co_return kOperatorEntryRow.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).at(1));
  };
  co_return co_await database_.Transaction(work, book);
}

Task<std::map<EntryId, std::string>> OperatorEntries::ReasonsOf(Work work, std::vector<EntryId> entries) {
  std::map<EntryId, std::string> reasons;
  if (entries.empty()) co_return reasons;
  for (auto& row : kWhy.ReadAll(co_await database_.List(work, kReasonsOf, entries)))
    reasons.emplace(row.entry, std::move(row.reason));
  co_return reasons;
}

}  // namespace market::payment::storage
