// Imports in PostgreSQL: jobs that go through a file, how far they are, and their reports.
//
// A driver holds a lease with a fence; what it writes after somebody else has taken over changes nothing and throws
// LostImport, which undoes the transaction that it stands in. Times are the database's. Owner: the service; io thread only.
// Fails as platform/postgres does, plus the refusals named at each function.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/domain/import.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

struct NewImport {
  domain::ImportId id;
  SellerId seller;
  AccountId account;
  Uuid upload;
  std::int64_t bytes = 0;
  domain::ImportFormat format = domain::ImportFormat::kCsv;
  bool dry_run = false;
};

struct DueImport {
  domain::ImportId id;
  std::int64_t fence = 0;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

// How far it is: everything before this byte, and what came of it.
struct ImportProgress {
  std::int64_t bytes_read = 0;
  std::int64_t next_line = 1;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t failed = 0;

  std::int64_t Rows() const { return created + updated + unchanged + failed; }
};

struct ImportLease {
  domain::ImportId id;
  std::int64_t fence = 0;
  SellerId seller;
  AccountId account;
  Uuid upload;
  domain::ImportFormat format = domain::ImportFormat::kCsv;
  bool dry_run = false;
  std::int64_t bytes = 0;
  ImportProgress progress;
};

struct RowProblem {
  std::string field;  // empty: of the row
  std::string reason;
  std::string detail;
};
struct RefusedRow {
  std::int64_t line = 0;
  std::string sku;
  std::vector<RowProblem> problems;
};

// What a row has named (0007_imports.sql).
enum class NamedKind : std::uint8_t { kSku, kProduct };
inline constexpr Words<NamedKind, 2> kNamedKinds{"kind of a name", {"SKU", "PRODUCT"}};
inline std::string_view Name(NamedKind kind) { return kNamedKinds.Name(kind); }
inline void FromText(std::string_view word, NamedKind& kind) { kind = kNamedKinds.Require(word); }
struct RowName {
  NamedKind kind = NamedKind::kSku;
  std::string name;
  std::int64_t line = 0;
  std::optional<domain::ProductId> product;
};

// What was found since the last advance.
struct ImportFindings {
  std::vector<RefusedRow> refused;
  std::vector<RowName> names;
  std::size_t Size() const { return refused.size() + names.size(); }
};

// What a row is about, as it is now.
struct RowSubject {
  std::optional<api::product::Offer> offer;      // of its SKU
  std::optional<api::product::Product> product;  // whose offer it is, else the one that the row names
  std::optional<RowName> sku;                    // an earlier row of the file has the same
  std::optional<RowName> handle;                 // earlier rows of the file are of the same product
};
struct RowKey {
  std::string sku;
  std::optional<domain::ProductId> product;
  std::string handle;  // of a product that is new in the file
};

struct ImportEnd {
  domain::ImportState state = domain::ImportState::kDone;
  std::optional<std::string> reason;
  std::optional<std::string> detail;
  std::optional<std::int64_t> line;
};

class LostImport : public std::runtime_error {
 public:
  LostImport() : std::runtime_error("another driver has taken over this import") {}
};

class Imports {
 public:
  static constexpr std::int64_t kOpenMax = 5;  // of one shop

  struct Times {
    // Longer than a driver needs between two advances, each of which begins it anew.
    std::chrono::milliseconds lease = std::chrono::seconds(20);
  };
  Imports(postgres::Database& database, Times times) : database_(database), times_(times) {}

  // The file stays from then on until the import has ended. The same id twice is the same import. LIMIT_REACHED.
  Task<api::product::Import> Create(Work work, NewImport wanted);
  Task<std::optional<api::product::Import>> Get(Work work, SellerId seller, domain::ImportId id);
  // Newest first, at most `limit`.
  Task<std::vector<api::product::Import>> List(Work work, SellerId seller,
                                               std::optional<domain::ImportId> after, int limit);
  // In the order of the file, those behind the line `after`, at most `limit`.
  Task<std::vector<RefusedRow>> ListRefused(Work work, domain::ImportId id, std::int64_t after, int limit);

  // Who waits longest for a turn comes first; of each shop the oldest alone.
  Task<std::vector<DueImport>> TakeDue(Work work, std::size_t limit);
  // Nothing when somebody else has taken over since.
  Task<std::optional<ImportLease>> Read(Work work, DueImport due);
  Task<RowSubject> Look(Work work, const ImportLease& lease, RowKey key);
  // What `body` does with the work that it is given is one transaction.
  Task<> Together(Work work, std::function<Task<>(Work)> body);
  // Together with what a row does, or by itself.
  Task<> Advance(Work work, const ImportLease& lease, const ImportProgress& progress,
                 const ImportFindings& findings);
  // Gives the lease back: behind those that wait.
  Task<> EndTurn(Work work, const ImportLease& lease);
  Task<> End(Work work, const ImportLease& lease, ImportEnd end);
  // Gives back one whose run broke, unless somebody else has taken over. One that is given up has FAILED.
  Task<> PutBack(Work work, DueImport due, runtime::Setback setback);
  // Deletes some that have ended so long ago, with their reports; how many.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  postgres::Database& database_;
  const Times times_;
};

}  // namespace market::product::storage
