#include "services/product/storage/imports.hpp"

#include "platform/uploads/uploads.hpp"
#include "services/product/storage/own_offer.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;
using Import = api::product::Import;

Import::State StateOf(domain::ImportState state) {
  switch (state) {
    case domain::ImportState::kPending:
      return Import::PENDING;
    case domain::ImportState::kRunning:
      return Import::RUNNING;
    case domain::ImportState::kDone:
      return Import::DONE;
    case domain::ImportState::kFailed:
      return Import::FAILED;
  }
  throw std::logic_error("no such state of an import");
}

constexpr Columns kImport{
    Column{"i.id", Into<&Import::mutable_id>()},
    Column{"i.seller_id", Into<&Import::mutable_seller_id>()},
    Column{"i.state", [](Import& import, domain::ImportState state) { import.set_state(StateOf(state)); }},
    Column{"i.format",
           [](Import& import, domain::ImportFormat format) {
             import.set_format(format == domain::ImportFormat::kCsv ? Import::CSV : Import::JSON_LINES);
           }},
    Column{"i.dry_run", [](Import& import, bool dry_run) { import.set_dry_run(dry_run); }},
    Column{"i.bytes", [](Import& import, std::int64_t bytes) { import.set_bytes(bytes); }},
    Column{"i.bytes_read", [](Import& import, std::int64_t bytes) { import.set_bytes_read(bytes); }},
    Column{"i.rows_created + i.rows_updated + i.rows_unchanged + i.rows_failed",
           [](Import& import, std::int64_t rows) { import.set_rows_read(rows); }},
    Column{"i.rows_created", [](Import& import, std::int64_t rows) { import.set_rows_created(rows); }},
    Column{"i.rows_updated", [](Import& import, std::int64_t rows) { import.set_rows_updated(rows); }},
    Column{"i.rows_unchanged", [](Import& import, std::int64_t rows) { import.set_rows_unchanged(rows); }},
    Column{"i.rows_failed", [](Import& import, std::int64_t rows) { import.set_rows_failed(rows); }},
    Column{"i.failure_reason",
           [](Import& import, std::optional<std::string_view> reason) {
             if (reason) import.mutable_failure()->mutable_reason()->assign(*reason);
           }},
    Column{"i.failure_detail",
           [](Import& import, std::optional<std::string_view> detail) {
             if (detail) import.mutable_failure()->mutable_detail()->assign(*detail);
           }},
    Column{"i.failure_line",
           [](Import& import, std::optional<std::int64_t> line) {
             if (line) import.mutable_failure()->set_line(*line);
           }},
    Column{"i.created_at", Into<&Import::mutable_create_time>()},
    Column{"i.finished_at", [](Import& import, std::optional<Time> time) {
             if (time) Assign(*import.mutable_finish_time(), *time);
           }}};

// Those who import for one shop at the same time count one after the other.
constexpr Statement kOneOfTheShop{"import.lock_shop",
                                  "SELECT pg_advisory_xact_lock(hashtextextended('import ' || $1::text, 0))"};
struct OpenImports {
  std::int64_t count = 0;
};
constexpr Columns kOpenImports{Column{"count(*)", &OpenImports::count}};
constexpr ComposedStatement kCountOpenImports{
    "import.count_open",
    "SELECT " + kOpenImports + " FROM product_import WHERE seller_id = $1 AND finished_at IS NULL"};
constexpr ComposedStatement kInsertImport{"import.insert", R"sql(
INSERT INTO product_import AS i (id, seller_id, account_id, upload_id, format, dry_run, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING )sql" + kImport};
constexpr ComposedStatement kGetImport{
    "import.get", "SELECT " + kImport + " FROM product_import i WHERE i.seller_id = $1 AND i.id = $2"};
constexpr ComposedStatement kListImports{
    "import.list", "SELECT " + kImport +
                       " FROM product_import i WHERE i.seller_id = $1 AND ($2::uuid IS NULL OR i.id < $2) "
                       "ORDER BY i.id DESC LIMIT $3"};

constexpr Columns kRefusedRow{Column{"r.line", &RefusedRow::line}, Column{"r.sku", &RefusedRow::sku},
                              Column{"r.fields", &RefusedRow::problems, &RowProblem::field},
                              Column{"r.reasons", &RefusedRow::problems, &RowProblem::reason},
                              Column{"r.details", &RefusedRow::problems, &RowProblem::detail}};
constexpr ComposedStatement kListRefused{"import.list_refused", "SELECT " + kRefusedRow + R"sql( FROM (
  SELECT line, max(sku) AS sku, array_agg(field ORDER BY number) AS fields, array_agg(reason ORDER BY number) AS reasons,
    array_agg(detail ORDER BY number) AS details
  FROM product_import_problem WHERE import_id = $1 AND line > $2 GROUP BY line ORDER BY line LIMIT $3) r
ORDER BY r.line)sql"};

constexpr Columns kDueImport{Column{"id", &DueImport::id}, Column{"fence", &DueImport::fence},
                             Column{"attempts", &DueImport::attempts},
                             Column{"failures", &DueImport::failures}};
constexpr ComposedStatement kTakeDueImports{"import.take_due", R"sql(
UPDATE product_import SET fence = fence + 1, lease_until = market_now() + $2::interval
WHERE id IN (SELECT i.id FROM product_import i WHERE i.finished_at IS NULL AND i.next_run_at <= market_now()
               AND i.lease_until <= market_now()
               AND NOT EXISTS (SELECT FROM product_import o WHERE o.seller_id = i.seller_id AND o.finished_at IS NULL
                                 AND o.id < i.id)
             ORDER BY i.next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING )sql" + kDueImport};

constexpr Columns kImportProgress{
    Column{"bytes_read", &ImportProgress::bytes_read},    Column{"next_line", &ImportProgress::next_line},
    Column{"rows_created", &ImportProgress::created},     Column{"rows_updated", &ImportProgress::updated},
    Column{"rows_unchanged", &ImportProgress::unchanged}, Column{"rows_failed", &ImportProgress::failed}};
constexpr Columns kImportLease{Column{"id", &ImportLease::id},
                               Column{"fence", &ImportLease::fence},
                               Column{"seller_id", &ImportLease::seller},
                               Column{"account_id", &ImportLease::account},
                               Column{"upload_id", &ImportLease::upload},
                               Column{"format", &ImportLease::format},
                               Column{"dry_run", &ImportLease::dry_run},
                               Column{"bytes", &ImportLease::bytes},
                               Inside{&ImportLease::progress, kImportProgress}};
constexpr ComposedStatement kReadImportLease{
    "import.read_lease",
    "SELECT " + kImportLease + " FROM product_import WHERE id = $1 AND fence = $2 AND finished_at IS NULL"};

constexpr Statement kAdvanceImport{"import.advance", R"sql(
UPDATE product_import SET state = 'RUNNING', bytes_read = $3, next_line = $4, rows_created = $5, rows_updated = $6,
  rows_unchanged = $7, rows_failed = $8, lease_until = market_now() + $9::interval, attempts = 0, failures = 0,
  last_error = ''
WHERE id = $1 AND fence = $2 AND finished_at IS NULL)sql"};
constexpr Statement kInsertProblems{"import.insert_problems", R"sql(
INSERT INTO product_import_problem (import_id, line, number, sku, field, reason, detail)
SELECT $1, p.* FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[]) p)sql"};
constexpr Statement kInsertNames{"import.insert_names", R"sql(
INSERT INTO product_import_name (import_id, kind, name, line, product_id)
SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::uuid[]) n)sql"};
constexpr Statement kEndTurn{
    "import.end_turn",
    "UPDATE product_import SET lease_until = market_now(), next_run_at = market_now() "
    "WHERE id = $1 AND fence = $2 AND finished_at IS NULL"};

constexpr Statement kEndImport{"import.end", R"sql(
UPDATE product_import SET state = $3, failure_reason = $4, failure_detail = $5, failure_line = $6,
  finished_at = market_now()
WHERE id = $1 AND fence = $2 AND finished_at IS NULL)sql"};
constexpr Statement kDeleteNames{"import.delete_names",
                                 "DELETE FROM product_import_name WHERE import_id = $1"};

constexpr Statement kPutImportBack{"import.put_back", R"sql(
UPDATE product_import SET lease_until = market_now(), next_run_at = market_now() + $3::interval,
  attempts = attempts + 1, failures = $4, last_error = $5
WHERE id = $1 AND fence = $2 AND finished_at IS NULL)sql"};

constexpr Statement kSweepImports{"import.sweep", R"sql(
DELETE FROM product_import WHERE id IN (
  SELECT id FROM product_import WHERE finished_at < market_now() - $1::interval ORDER BY finished_at LIMIT $2
  FOR UPDATE SKIP LOCKED))sql"};

// What a row is about.
constexpr ComposedStatement kOfferOfSku{
    "import.offer_of_sku", "SELECT " + kWholeOffer + " FROM offer o " + kOwnPrice + kStockOfOffer +
                               kPricesOfOffer + "WHERE o.seller_id = $1 AND o.sku = $2"};
constexpr ComposedStatement kProductOfRow{"import.product_of_row", "SELECT " + kProduct + R"sql(
FROM product p WHERE p.id = coalesce(
  (SELECT product_id FROM offer WHERE seller_id = $1 AND sku = $2), $3::uuid,
  (SELECT product_id FROM product_import_name WHERE import_id = $4 AND kind = 'PRODUCT' AND name = $5))
AND (p.seller_id = $1 OR p.state = 'PUBLISHED' OR EXISTS (
  SELECT FROM offer WHERE seller_id = $1 AND sku = $2 AND product_id = p.id)))sql"};
constexpr Columns kRowName{Column{"kind", &RowName::kind}, Column{"name", &RowName::name},
                           Column{"line", &RowName::line}, Column{"product_id", &RowName::product}};
constexpr ComposedStatement kNamesOfRow{
    "import.names_of_row", "SELECT " + kRowName +
                               " FROM product_import_name WHERE import_id = $1 AND "
                               "((kind = 'SKU' AND name = $2) OR (kind = 'PRODUCT' AND name = $3))"};

void RequireLease(const postgres::Result& written) {
  if (written.AffectedRows() == 0) throw LostImport();
}

void AppendProblems(Batch& batch, const domain::ImportId& id, const std::vector<RefusedRow>& refused) {
  std::vector<std::int64_t> lines;
  std::vector<std::int64_t> numbers;
  std::vector<std::string_view> skus;
  std::vector<std::string_view> fields;
  std::vector<std::string_view> reasons;
  std::vector<std::string_view> details;
  for (const auto& row : refused) {
    std::int64_t number = 0;
    for (const auto& problem : row.problems) {
      lines.push_back(row.line);
      numbers.push_back(++number);
      skus.emplace_back(row.sku);
      fields.emplace_back(problem.field);
      reasons.emplace_back(problem.reason);
      details.emplace_back(problem.detail);
    }
  }
  if (!lines.empty()) batch.Add(kInsertProblems, id, lines, numbers, skus, fields, reasons, details);
}

void AppendNames(Batch& batch, const domain::ImportId& id, const std::vector<RowName>& names) {
  std::vector<std::string_view> kinds;
  std::vector<std::string_view> texts;
  std::vector<std::int64_t> lines;
  std::vector<std::optional<std::string>> products;
  for (const auto& name : names) {
    kinds.push_back(Name(name.kind));
    texts.emplace_back(name.name);
    lines.push_back(name.line);
    products.push_back(name.product ? std::optional(name.product->ToString()) : std::nullopt);
  }
  if (!names.empty()) batch.Add(kInsertNames, id, kinds, texts, lines, products);
}

}  // namespace

Task<Import> Imports::Create(Work work, NewImport wanted) {
  const auto create = [&](postgres::Tx& tx) -> Task<Import> {
    Batch look("import.look");
    look.Add(kOneOfTheShop, wanted.seller)
        .Add(kGetImport, wanted.seller, wanted.id)
        .Add(kCountOpenImports, wanted.seller);
    const auto found = co_await tx.Execute(std::move(look));
    if (auto earlier = kImport.ReadAtMostOne(found[1])) co_return std::move(*earlier);
    if (kOpenImports.ReadOne(found[2]).count >= kOpenMax) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                  "the shop has as many imports under way as it may have")
          .WithMetadata("limit", std::to_string(kOpenMax));
    }
    auto made =
        kImport.ReadOne(co_await tx.Execute(kInsertImport, wanted.id, wanted.seller, wanted.account,
                                            wanted.upload, wanted.format, wanted.dry_run, wanted.bytes));
    co_await uploads::Uploads::Keep(tx, wanted.upload);
    co_return made;
  };
  co_return co_await database_.Transaction(work, create);
}

Task<std::optional<Import>> Imports::Get(Work work, SellerId seller, domain::ImportId id) {
  co_return kImport.ReadAtMostOne(co_await database_.Read(work, kGetImport, seller, id));
}

Task<std::vector<Import>> Imports::List(Work work, SellerId seller, std::optional<domain::ImportId> after,
                                        int limit) {
  co_return kImport.ReadAll(co_await database_.List(work, kListImports, seller, after, limit));
}

Task<std::vector<RefusedRow>> Imports::ListRefused(Work work, domain::ImportId id, std::int64_t after,
                                                   int limit) {
  co_return kRefusedRow.ReadAll(co_await database_.List(work, kListRefused, id, after, limit));
}

Task<std::vector<DueImport>> Imports::TakeDue(Work work, std::size_t limit) {
  co_return kDueImport.ReadAll(co_await database_.Write(work, kTakeDueImports, limit, times_.lease));
}

Task<std::optional<ImportLease>> Imports::Read(Work work, DueImport due) {
  co_return kImportLease.ReadAtMostOne(co_await database_.List(work, kReadImportLease, due.id, due.fence));
}

Task<RowSubject> Imports::Look(Work work, const ImportLease& lease, RowKey key) {
  Batch look("import.subject");
  look.Add(kOfferOfSku, lease.seller, key.sku)
      .Add(kProductOfRow, lease.seller, key.sku, key.product, lease.id, key.handle)
      .Add(kNamesOfRow, lease.id, key.sku, key.handle);
  const auto found = co_await database_.List(work, std::move(look));
  RowSubject subject{.offer = kWholeOffer.ReadAtMostOne(found[0]),
                     .product = kProduct.ReadAtMostOne(found[1]),
                     .sku = std::nullopt,
                     .handle = std::nullopt};
  for (auto& name : kRowName.ReadAll(found[2])) {
    auto& place = name.kind == NamedKind::kSku ? subject.sku : subject.handle;
    place = std::move(name);
  }
  co_return subject;
}

Task<> Imports::Advance(Work work, const ImportLease& lease, const ImportProgress& progress,
                        const ImportFindings& findings) {
  const auto advance = [&](postgres::Tx& tx) -> Task<> {
    Batch batch("import.advance");
    batch.Add(kAdvanceImport, lease.id, lease.fence, progress.bytes_read, progress.next_line,
              progress.created, progress.updated, progress.unchanged, progress.failed, times_.lease);
    AppendProblems(batch, lease.id, findings.refused);
    AppendNames(batch, lease.id, findings.names);
    RequireLease((co_await tx.Execute(std::move(batch))).front());
  };
  co_await database_.Transaction(work, advance);
}

Task<> Imports::Together(Work work, std::function<Task<>(Work)> body) {
  const auto together = [&](postgres::Tx& tx) -> Task<> { co_await body(tx.Part()); };
  co_await database_.Transaction(work, together);
}

Task<> Imports::EndTurn(Work work, const ImportLease& lease) {
  RequireLease(co_await database_.Write(work, kEndTurn, lease.id, lease.fence));
}

Task<> Imports::End(Work work, const ImportLease& lease, ImportEnd end) {
  const auto write = [&](postgres::Tx& tx) -> Task<> {
    RequireLease(
        co_await tx.Execute(kEndImport, lease.id, lease.fence, end.state, end.reason, end.detail, end.line));
    co_await tx.Execute(kDeleteNames, lease.id);
    co_await uploads::Uploads::Drop(tx, lease.upload);
  };
  co_await database_.Transaction(work, write);
}

Task<> Imports::PutBack(Work work, DueImport due, runtime::Setback setback) {
  if (setback.Parked()) {
    if (const auto lease = co_await Read(work, due)) {
      co_await End(work, *lease,
                   {.state = domain::ImportState::kFailed,
                    .reason = "INTERNAL",
                    .detail = "the marketplace could not go on; what was done stays",
                    .line = lease->progress.next_line});
    }
    co_return;
  }
  co_await database_.Write(work, kPutImportBack, due.id, due.fence, setback.delay, setback.failures,
                           setback.why);
}

Task<std::int64_t> Imports::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepImports, kept, limit)).AffectedRows();
}

}  // namespace market::product::storage
