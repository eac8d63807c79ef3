#include "services/product/process/search_index.hpp"

#include <algorithm>
#include <utility>

#include "marketplace/product/v1/events.pb.h"
#include "platform/telemetry/log.hpp"

namespace market::product {
namespace {

using namespace std::chrono_literals;
using index::Document;
using index::Snapshot;

constexpr auto kPeriod = 250ms;
constexpr auto kStepLimit = 5s;
constexpr std::size_t kReadAtOnce = 500;
constexpr int kTurnsAtOnce = 1'000;
constexpr int kForgetAtOnce = 1'000;
constexpr auto kForgetEvery = 10min;
constexpr std::size_t kBuildsWaiting = 4;

// Merges as far as it goes: where time is of no matter.
Snapshot Settled(Snapshot snapshot) {
  while (auto due = snapshot.Due()) snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  return snapshot;
}

template <class Id>
std::vector<Id> TakeSome(std::unordered_set<Id>& from) {
  std::vector<Id> some;
  for (auto at = from.begin(); at != from.end() && some.size() < kReadAtOnce;) {
    some.push_back(*at);
    at = from.erase(at);
  }
  return some;
}

// A thing of the log by its kind, "product/<id>".
template <class Id>
std::optional<Id> IdIn(std::string_view aggregate, std::string_view kind) {
  if (!aggregate.starts_with(kind)) return std::nullopt;
  return Id::Parse(aggregate.substr(kind.size()));
}

}  // namespace

SearchIndex::SearchIndex(boost::asio::any_io_executor executor, storage::SearchRows& rows, events::Log& log,
                         SellerDirectory& sellers, Options options)
    : rows_(rows),
      sellers_(sellers),
      log_(log),
      options_(options),
      reader_({.feed =
                   [this](marketplace::type::v1::FeedRequest request) {
                     return log_.Feed(runtime::After(kStepLimit), std::move(request));
                   },
               .rebuild = [this] { return Rebuild(); },
               .apply = [this](const events::Event& event) { Note(event); }}),
      merges_(std::move(executor),
              [](std::string_view, std::exception_ptr error) {
                try {
                  std::rethrow_exception(error);
                } catch (const std::exception& failure) {
                  telemetry::log::Write(telemetry::LogLevel::kError, "index.merge_failed",
                                        {{"detail", failure.what()}});
                }
              }),
      following_({.name = "product.index", .period = kPeriod}, [this] { return CatchUp(); }),
      turning_({.name = "product.turns", .period = kPeriod}, [this] { return ReadTurns(); }),
      searching_(options.threads, options.queue),
      building_(1, kBuildsWaiting) {}

std::optional<SearchIndex::Clock::time_point> SearchIndex::FreshAt() const {
  if (!log_read_at_ || !turns_read_at_) return std::nullopt;
  return std::min(*log_read_at_, *turns_read_at_);
}

bool SearchIndex::Ready() const {
  const auto at = FreshAt();
  return at && Clock::now() - *at <= options_.stale_after;
}

index::Query SearchIndex::Completed(index::Query query) const {
  query.inactive = sellers_.Inactive();
  query.categories = categories_;
  query.rules = rules_;
  return query;
}

std::optional<SearchIndex::Clock::time_point> SearchIndex::EndOf(const Work& work) const {
  return work.deadline == runtime::kNoDeadline ? std::nullopt : std::optional(work.deadline);
}

Task<index::Found> SearchIndex::Find(Work work, index::Query query) {
  co_return co_await searching_.Run(
      [snapshot = snapshot_, query = Completed(std::move(query)), end = EndOf(work)] {
        index::Budget budget(end);
        return index::Find(snapshot, query, budget);
      });
}

Task<std::vector<index::Suggestion>> SearchIndex::Suggest(Work work, index::Query query) {
  co_return co_await searching_.Run(
      [snapshot = snapshot_, query = Completed(std::move(query)), end = EndOf(work)] {
        index::Budget budget(end);
        return index::Suggest(snapshot, query, budget);
      });
}

Task<> SearchIndex::CatchUp() {
  const auto began = Clock::now();
  co_await reader_.CatchUp();
  co_await ReadRenamed();
  if (categories_changed_) {
    categories_ =
        std::make_shared<const index::CategoryTree>(co_await rows_.Categories(runtime::After(kStepLimit)));
    categories_changed_ = false;
  }
  if (rules_changed_) {
    rules_ = std::make_shared<const index::Rules>(co_await rows_.Rules(runtime::After(kStepLimit)));
    rules_changed_ = false;
  }
  if (merged_) snapshot_ = snapshot_.With(*std::exchange(merged_, std::nullopt));
  co_await Apply();
  MergeIfDue();
  log_read_at_ = began;
}

// What changes meanwhile is told by the log after the place that was taken before, and by the turns after
// theirs.
Task<> SearchIndex::Rebuild() {
  const auto began = Clock::now();
  const auto turns = co_await rows_.NewestTurn(runtime::After(kStepLimit));
  const auto now = co_await rows_.Now(runtime::After(kStepLimit));
  auto tree = co_await rows_.Categories(runtime::After(kStepLimit));
  index::Rules rules(co_await rows_.Rules(runtime::After(kStepLimit)));
  Snapshot built;
  domain::ProductId after;
  for (bool more = true; more;) {
    auto page = co_await rows_.Page(runtime::After(kStepLimit), after, options_.page);
    more = std::ssize(page) == options_.page;
    if (page.empty()) break;
    after = page.back().id;
    NameShops(page);
    built = co_await building_.Run([from = std::move(built), page = std::move(page)]() mutable {
      return Settled(from.Changed(std::move(page), {}));
    });
  }
  turns_ = turns;
  prices_ = now;
  categories_ = std::make_shared<const index::CategoryTree>(std::move(tree));
  rules_ = std::make_shared<const index::Rules>(std::move(rules));
  snapshot_ = std::move(built);
  merged_.reset();
  ++builds_;
  build_took_ = Clock::now() - began;
  telemetry::log::Write(telemetry::LogLevel::kInfo, "index.built",
                        {{"documents", std::to_string(snapshot_.Documents())},
                         {"seconds", std::to_string(build_took_.count())}});
}

void SearchIndex::Note(const events::Event& event) {
  const auto& aggregate = event.aggregate();
  if (const auto product = IdIn<domain::ProductId>(aggregate, "product/")) changed_products_.insert(*product);
  if (const auto offer = IdIn<domain::OfferId>(aggregate, "offer/")) changed_offers_.insert(*offer);
  if (const auto offer = IdIn<domain::OfferId>(aggregate, "stock/")) changed_offers_.insert(*offer);
  if (aggregate.starts_with("category/")) categories_changed_ = true;
  if (aggregate.starts_with("search_rule/")) rules_changed_ = true;
  if (aggregate.starts_with("review/")) {
    // Every event of a review has its product in the same place (events.proto), so each is read as any of them.
    ::marketplace::product::v1::ReviewChanged told;
    if (told.ParseFromString(event.payload()))
      changed_products_.insert(domain::ProductId::From(told.product_id()));
  }
}

// Before the first build there is no place to read from.
Task<runtime::Every::Next> SearchIndex::ReadTurns() {
  if (builds_ == 0) co_return runtime::Every::Next::kLater;
  const auto began = Clock::now();
  const auto turns = co_await rows_.TurnsAfter(runtime::After(kStepLimit), turns_, kTurnsAtOnce);
  changed_offers_.insert(turns.offers.begin(), turns.offers.end());
  turns_ = turns.next;
  const auto prices = co_await rows_.MomentsAfter(runtime::After(kStepLimit), prices_, kTurnsAtOnce);
  changed_offers_.insert(prices.offers.begin(), prices.offers.end());
  prices_ = prices.next;
  if (turns.more || prices.more) co_return runtime::Every::Next::kAtOnce;
  turns_read_at_ = began;
  if (began - forgot_at_ >= kForgetEvery) {
    const auto gone = co_await rows_.ForgetTurns(runtime::After(kStepLimit), kForgetAtOnce);
    if (gone < kForgetAtOnce) forgot_at_ = began;
  }
  co_return runtime::Every::Next::kLater;
}

Task<> SearchIndex::ReadRenamed() {
  const auto renamed = sellers_.TakeRenamed();
  renamed_.insert(renamed_.end(), renamed.begin(), renamed.end());
  domain::ProductId after;
  for (bool more = !renamed_.empty(); more;) {
    const auto ids = co_await rows_.ProductsOf(runtime::After(kStepLimit), renamed_, after, options_.page);
    changed_products_.insert(ids.begin(), ids.end());
    more = std::ssize(ids) == options_.page;
    if (more) after = ids.back();
  }
  renamed_.clear();
}

Task<> SearchIndex::ResolveOffers() {
  while (!changed_offers_.empty()) {
    const auto offers = TakeSome(changed_offers_);
    try {
      const auto products = co_await rows_.ProductsOf(runtime::After(kStepLimit), offers);
      changed_products_.insert(products.begin(), products.end());
    } catch (...) {
      changed_offers_.insert(offers.begin(), offers.end());
      throw;
    }
  }
}

Task<> SearchIndex::Apply() {
  co_await ResolveOffers();
  while (!changed_products_.empty()) {
    auto ids = TakeSome(changed_products_);
    try {
      auto documents = co_await rows_.Read(runtime::After(kStepLimit), ids);
      NameShops(documents);
      snapshot_ = co_await Changed(snapshot_, std::move(documents), ids);
    } catch (...) {
      changed_products_.insert(ids.begin(), ids.end());
      throw;
    }
  }
}

void SearchIndex::NameShops(std::vector<Document>& documents) const {
  for (auto& document : documents) document.shop = sellers_.NameOf(document.seller);
}

Task<Snapshot> SearchIndex::Changed(Snapshot from, std::vector<Document> documents,
                                    std::vector<domain::ProductId> removed) {
  co_return co_await building_.Run(
      [from = std::move(from), documents = std::move(documents), removed = std::move(removed)]() mutable {
        return from.Changed(std::move(documents), removed);
      });
}

// A great merge takes seconds, and what changes must not wait for it: it has a thread of the searches.
void SearchIndex::MergeIfDue() {
  if (merging_) return;
  auto due = snapshot_.Due();
  if (!due) return;
  merging_ = true;
  merges_.Spawn("index.merge", Merge(*std::move(due), builds_));
}

Task<> SearchIndex::Merge(Snapshot::Merge due, std::uint64_t build) {
  try {
    auto merged = co_await searching_.Run(
        [due = std::move(due)]() mutable { return Snapshot::Merged(std::move(due)); });
    if (build == builds_) merged_ = std::move(merged);
  } catch (...) {
    merging_ = false;
    throw;
  }
  merging_ = false;
}

Task<> SearchIndex::Close(runtime::Deadline limit) {
  merges_.Cancel();
  co_await merges_.Join(limit);
}

SearchIndex::Figures SearchIndex::Now() const {
  Figures now{.documents = snapshot_.Documents(),
              .bytes = snapshot_.Bytes(),
              .segments = snapshot_.Parts().size(),
              .searches = searching_.Pending(),
              .build_s = build_took_.count()};
  if (const auto fresh_at = FreshAt()) {
    now.staleness_s = std::chrono::duration<double>(Clock::now() - *fresh_at).count();
  }
  return now;
}

}  // namespace market::product
