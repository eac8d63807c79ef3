// The search index of this process: kept up to date, and asked.
//
// At the start it reads all published products, a page at a time, then follows product's own log of events
// and the turns of stock and prices (storage/search_rows.hpp): what changed is read again by its id and put
// into the next snapshot. Every replica has its own. It is as old as the last round that went well, some 0.3
// s; what is in the way of the log (a long transaction in the database) is in its way too. When it is older
// than `stale_after`, or not built yet, it is not ready, and somebody else must answer.
//
// Snapshots are made in one thread and searched in a few others, never on the io thread; a search holds the
// snapshot that it began with. Owner: the service, which closes it; `rows`, `log` and `sellers` outlive it.
// Io thread only. Memory: the documents (index::Snapshot::Bytes), twice while all is read anew.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "platform/events/feed_reader.hpp"
#include "platform/events/log.hpp"
#include "platform/runtime/blocking_pool.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/product/index/find.hpp"
#include "services/product/index/snapshot.hpp"
#include "services/product/index/suggest.hpp"
#include "services/product/process/seller_directory.hpp"
#include "services/product/storage/search_rows.hpp"

namespace market::product {

class SearchIndex {
 public:
  struct Options {
    std::chrono::milliseconds stale_after{5000};
    std::size_t threads = 2;
    std::size_t queue = 128;  // searches that wait for one; further ones are refused
    int page = 1'000;         // products read at once
  };

  SearchIndex(boost::asio::any_io_executor executor, storage::SearchRows& rows, events::Log& log,
              SellerDirectory& sellers, Options options);

  bool Ready() const;
  // The tree, the rules and the inactive sellers are added. Throw Error OVERLOADED, DEADLINE_EXCEEDED.
  Task<index::Found> Find(Work work, index::Query query);
  Task<std::vector<index::Suggestion>> Suggest(Work work, index::Query query);

  // They keep it up to date: by the log of events, and by the turns of stock and the moments at which prices
  // begin and end. The second one deletes turns that everybody has read.
  runtime::Every& Following() { return following_; }
  runtime::Every& Turning() { return turning_; }
  Task<> Close(runtime::Deadline limit);

  struct Figures {
    std::size_t documents = 0;
    std::size_t bytes = 0;
    std::size_t segments = 0;
    std::size_t searches = 0;           // under way, or waiting for a thread
    double build_s = 0;                 // of the last time that all was read
    std::optional<double> staleness_s;  // none: it is not built yet
  };
  Figures Now() const;

 private:
  using Clock = std::chrono::steady_clock;

  // When it was up to date the last time, by both.
  std::optional<Clock::time_point> FreshAt() const;
  Task<> CatchUp();
  Task<> Rebuild();
  void Note(const events::Event& event);
  Task<runtime::Every::Next> ReadTurns();
  Task<> ReadRenamed();
  Task<> Apply();
  Task<> ResolveOffers();
  void NameShops(std::vector<index::Document>& documents) const;
  Task<index::Snapshot> Changed(index::Snapshot from, std::vector<index::Document> documents,
                                std::vector<domain::ProductId> removed);
  void MergeIfDue();
  Task<> Merge(index::Snapshot::Merge due, std::uint64_t build);
  index::Query Completed(index::Query query) const;
  std::optional<Clock::time_point> EndOf(const Work& work) const;

  storage::SearchRows& rows_;
  SellerDirectory& sellers_;
  events::Log& log_;
  const Options options_;
  events::FeedReader reader_;

  index::Snapshot snapshot_;
  std::shared_ptr<const index::CategoryTree> categories_;
  std::shared_ptr<const index::Rules> rules_;
  std::unordered_set<domain::ProductId> changed_products_;
  std::unordered_set<domain::OfferId> changed_offers_;
  std::vector<SellerId> renamed_;
  bool categories_changed_ = false;
  bool rules_changed_ = false;
  storage::SearchRows::Place turns_;
  storage::SearchRows::Moment prices_;
  std::uint64_t builds_ = 0;
  std::chrono::duration<double> build_took_{0};
  std::optional<Clock::time_point> log_read_at_;
  std::optional<Clock::time_point> turns_read_at_;
  Clock::time_point forgot_at_{};
  std::optional<index::Snapshot::Merge> merged_;
  bool merging_ = false;

  runtime::TaskGroup merges_;
  runtime::Every following_;
  runtime::Every turning_;
  runtime::BlockingPool searching_;  // the pools last: their threads end first
  runtime::BlockingPool building_;
};

}  // namespace market::product
