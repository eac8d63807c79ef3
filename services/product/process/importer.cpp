#include "services/product/process/importer.hpp"

#include <algorithm>
#include <utility>

#include "platform/core/utf8.hpp"
#include "services/product/imports/reader.hpp"
#include "services/product/storage/refusals.hpp"

namespace market::product {
namespace {

using imports::Column;
using imports::Fault;
using imports::Row;

constexpr std::size_t kShownBytesMax = 100;
constexpr std::int64_t kRowsBetweenLooks = 50;  // at whether the shop may still sell

// Ends the transaction of a row that was only tried.
struct OnlyTried {};

// The file of an import, row by row.
class RowSource {
 public:
  RowSource(uploads::Uploads& uploads, const storage::ImportLease& lease)
      : uploads_(uploads), file_(lease.upload), reader_(imports::MakeReader(lease.format)) {}

  Task<> GoTo(Work work, imports::Position position) {
    while (!reader_->KnowsHeader() && !ended_) co_await Next(work);
    reader_->GoTo(position);
    rest_ = {};
    offset_ = position.bytes;
    ended_ = false;
  }

  // nullopt at the end.
  Task<std::optional<Row>> Next(Work work) {
    for (;;) {
      if (auto row = reader_->Next(rest_)) co_return row;
      if (ended_) co_return std::nullopt;
      piece_ = co_await uploads_.Read(work, file_, offset_);
      offset_ += static_cast<std::int64_t>(piece_.size());
      rest_ = piece_;
      if (!piece_.empty()) continue;
      ended_ = true;
      co_return reader_->Last();
    }
  }

  imports::Position At() const { return reader_->At(); }

 private:
  uploads::Uploads& uploads_;
  const Uuid file_;
  const std::unique_ptr<imports::Reader> reader_;
  std::string piece_;
  std::string_view rest_;    // of the piece
  std::int64_t offset_ = 0;  // behind the piece
  bool ended_ = false;
};

storage::ImportEnd FailedFor(std::string_view reason, std::string detail, std::optional<std::int64_t> line) {
  return {.state = domain::ImportState::kFailed,
          .reason = std::string(reason),
          .detail = std::move(detail),
          .line = line};
}

}  // namespace

class Importer::Turn {
 public:
  Turn(const Deps& deps, const Options& options, const storage::ImportLease& lease)
      : deps_(deps),
        options_(options),
        lease_(lease),
        source_(deps.uploads, lease),
        progress_(lease.progress) {}

  Task<Driven> Run(Work work) {
    categories_ = CategoryPaths(co_await deps_.categories.List(Step(work)));
    const auto until = runtime::After(options_.time);
    std::optional<storage::ImportEnd> end;
    try {
      if (progress_.bytes_read > 0) {
        co_await source_.GoTo(Step(work), {.bytes = progress_.bytes_read, .line = progress_.next_line});
      }
      for (std::int64_t rows = 0; !end; ++rows) {
        const bool is_over = rows >= options_.rows || std::chrono::steady_clock::now() >= until;
        if (rows > 0 && is_over) break;
        end = co_await One(work, rows);
      }
    } catch (const imports::Unreadable& fault) {
      end = FailedFor("IMPORT_UNREADABLE", fault.detail, fault.line);
    }
    co_await WriteDown(work);
    if (!end) {
      co_await deps_.imports.EndTurn(Step(work), lease_);
      co_return Driven{.outcome = Outcome::kMore, .rows = Counts()};
    }
    co_await deps_.imports.End(Step(work), lease_, *std::move(end));
    co_return Driven{.outcome = Outcome::kEnded, .rows = Counts()};
  }

 private:
  storage::ImportProgress Counts() const {
    const auto& before = lease_.progress;
    return {.created = progress_.created - before.created,
            .updated = progress_.updated - before.updated,
            .unchanged = progress_.unchanged - before.unchanged,
            .failed = progress_.failed - before.failed};
  }

  Work Step(const Work& work) const { return work.With(runtime::After(options_.row_limit)); }

  // The end of the import, if it is one.
  Task<std::optional<storage::ImportEnd>> One(Work work, std::int64_t number) {
    if (number % kRowsBetweenLooks == 0 && !deps_.sellers.IsActive(lease_.seller))
      co_return FailedFor("SELLER_NOT_ACTIVE", "the shop may not sell now", std::nullopt);
    const auto row = co_await source_.Next(Step(work));
    if (!row) {
      Reached(lease_.bytes);
      co_return storage::ImportEnd{};
    }
    if (progress_.Rows() >= options_.rows_max) {
      co_return FailedFor("LIMIT_REACHED",
                          "a file has at most " + std::to_string(options_.rows_max) + " rows", row->line);
    }
    co_await Do(work, *row);
    if (findings_.Size() >= options_.findings_max) co_await WriteDown(work);
    co_return std::nullopt;
  }

  Task<> Do(Work work, const Row& row) {
    if (!row.faults.empty()) {
      Refuse(row, row.faults);
      co_return;
    }
    const auto key = KeyOf(row);
    if (HasNamed(key)) co_await WriteDown(work);
    const auto subject = co_await deps_.imports.Look(Step(work), lease_, key);
    const auto planned =
        PlanOf(row, {.lease = lease_, .subject = subject, .categories = categories_, .market = deps_.market});
    if (const auto* faults = std::get_if<std::vector<Fault>>(&planned)) {
      Refuse(row, *faults);
      co_return;
    }
    const auto& plan = std::get<RowPlan>(planned);
    auto after = progress_;
    (plan.MakesOffer() ? after.created : plan.ChangesNothing() ? after.unchanged : after.updated) += 1;
    Move(after);
    if (plan.ChangesNothing()) {
      Note(row, subject, std::nullopt);
      progress_ = after;
      co_return;
    }
    std::optional<Error> refusal;
    try {
      co_await Write(work, row, subject, plan, after);
    } catch (const Error& error) {
      if (!storage::IsOfTheRow(error)) throw;
      refusal = error;
    }
    if (refusal) Refuse(row, FaultsOf(*refusal));
  }

  // What the plan says and how far the import is by then: together or not at all.
  Task<> Write(Work work, const Row& row, const storage::RowSubject& subject, const RowPlan& plan,
               const storage::ImportProgress& after) {
    auto findings = findings_;
    const auto write = [&](Work part) -> Task<> {
      const auto product = co_await Follow(part, subject, plan);
      if (lease_.dry_run) throw OnlyTried();
      findings = findings_;
      AddNames(findings, row, subject, product);
      co_await deps_.imports.Advance(part, lease_, after, findings);
    };
    bool tried = false;
    try {
      co_await deps_.imports.Together(Step(work), write);
    } catch (const OnlyTried&) {
      tried = true;
    }
    if (tried) {
      Note(row, subject, std::nullopt);
    } else {
      findings_ = {};
    }
    progress_ = after;
    is_written_ = !tried;
  }

  // Gives the product of the row.
  Task<domain::ProductId> Follow(Work work, const storage::RowSubject& subject, const RowPlan& plan) {
    const storage::SellerScope scope{lease_.seller};
    const storage::Viewer member{.sellers = scope};
    domain::ProductId product;
    std::optional<domain::OfferId> offer;
    if (subject.product) product = domain::ProductId::From(subject.product->id());
    if (subject.offer) offer = domain::OfferId::From(subject.offer->id());
    if (plan.new_product) {
      const auto made = co_await deps_.products.Create(work, Uuid::NewV7(), *plan.new_product);
      product = domain::ProductId::From(made.id());
      if (!made.offers().empty()) offer = domain::OfferId::From(made.offers(0).id());
    }
    if (plan.product) co_await deps_.products.Update(work, product, member, *plan.product);
    if (plan.new_offer) {
      offer = domain::OfferId::New();
      co_await deps_.offers.Create(work, *offer, product, scope, *plan.new_offer);
    }
    if (plan.offer) co_await deps_.offers.Update(work, offer.value(), scope, *plan.offer);
    for (const auto act : plan.acts) co_await deps_.products.Do(work, act, product, member, std::nullopt);
    co_return product;
  }

  void Refuse(const Row& row, const std::vector<Fault>& faults) {
    storage::RefusedRow refused{
        .line = row.line, .sku = ToValidUtf8(row.Text(Column::kSku), kShownBytesMax), .problems = {}};
    for (const auto& fault : faults) refused.problems.push_back({fault.column, fault.reason, fault.detail});
    findings_.refused.push_back(std::move(refused));
    progress_.failed += 1;
    Move(progress_);
    is_written_ = false;
  }

  // Of a row that nothing was written of: its names count for the rows behind it.
  void Note(const Row& row, const storage::RowSubject& subject, std::optional<domain::ProductId> product) {
    if (subject.product) product = domain::ProductId::From(subject.product->id());
    AddNames(findings_, row, subject, product);
    is_written_ = false;
  }

  static void AddNames(storage::ImportFindings& findings, const Row& row, const storage::RowSubject& subject,
                       std::optional<domain::ProductId> product) {
    auto key = KeyOf(row);
    if (!key.sku.empty()) {
      findings.names.push_back({.kind = storage::NamedKind::kSku,
                                .name = std::move(key.sku),
                                .line = row.line,
                                .product = std::nullopt});
    }
    if (!key.handle.empty() && !subject.handle) {
      findings.names.push_back({.kind = storage::NamedKind::kProduct,
                                .name = std::move(key.handle),
                                .line = row.line,
                                .product = product});
    }
  }

  // Whether a row that is not written down yet has named the same.
  bool HasNamed(const storage::RowKey& key) const {
    return std::ranges::any_of(findings_.names, [&](const storage::RowName& name) {
      return name.name == (name.kind == storage::NamedKind::kSku ? key.sku : key.handle);
    });
  }

  void Move(storage::ImportProgress& progress) const {
    const auto at = source_.At();
    progress.bytes_read = at.bytes;
    progress.next_line = at.line;
  }

  void Reached(std::int64_t bytes) {
    if (progress_.bytes_read == bytes) return;
    progress_.bytes_read = bytes;
    is_written_ = false;
  }

  Task<> WriteDown(Work work) {
    if (is_written_) co_return;
    co_await deps_.imports.Advance(Step(work), lease_, progress_, findings_);
    findings_ = {};
    is_written_ = true;
  }

  const Deps& deps_;
  const Options& options_;
  const storage::ImportLease& lease_;
  CategoryPaths categories_;
  RowSource source_;
  // How far it is, and what was found since that was written down last.
  storage::ImportProgress progress_;
  storage::ImportFindings findings_;
  bool is_written_ = true;
};

Task<Importer::Driven> Importer::Drive(Work work, const storage::ImportLease& lease) {
  Turn turn(deps_, options_, lease);
  co_return co_await turn.Run(work);
}

}  // namespace market::product
