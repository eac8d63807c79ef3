#include "gateway/answer_cache.hpp"

#include <utility>

#include "platform/rpc/error_table.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::gateway {
namespace {

// What an entry takes beside its texts, about.
constexpr std::size_t kEntryBytes = 512;
// The last part of a life is a matter of luck, so that what was read together is not read again together.
constexpr int kUnsure = 8;

std::size_t BytesOf(const KeptAnswer& answer) {
  std::size_t bytes = answer.response.body.capacity() + answer.etag.capacity();
  for (std::size_t i = 0; i < answer.response.headers.size(); ++i) {
    const auto [name, value] = answer.response.headers[i];
    bytes += name.size() + value.size() + sizeof(std::uint32_t) * 4;
  }
  return bytes;
}

}  // namespace

// A read under way.
struct AnswerCache::Flight {
  std::string key;
  Fill fill;
  Moment began;
  Touches::Position from;
  Filled filled{};
  std::exception_ptr failure = nullptr;
  std::vector<std::shared_ptr<runtime::OneShot<>>> waiting{};
};

AnswerCache::AnswerCache(Limits limits, telemetry::Metrics& metrics, std::function<Moment()> clock)
    : limits_(limits),
      clock_(std::move(clock)),
      entries_shown_(metrics.AddGauge("http_cache_entries", "answers that are kept")),
      bytes_shown_(metrics.AddGauge("http_cache_bytes", "what the answers that are kept take")),
      removed_(metrics.AddCounterFamily(
          "http_cache_removed_total",
          "answers that are kept no longer: old, touched by a change, or for room", {"why"})),
      removed_by_{&removed_.With({"old"}), &removed_.With({"touched"}), &removed_.With({"room"})},
      touches_(limits.age) {}

AnswerCache::Answer AnswerCache::Find(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  Entry& entry = *found->second;
  const bool old = clock_() >= entry.until;
  if (old || touches_.Any(entry.shows, entry.seen, touches_.Now())) {
    Remove(found->second, old ? Why::kOld : Why::kTouched);
    return nullptr;
  }
  entry.seen = touches_.Now();
  return entry.answer;
}

Task<AnswerCache::Got> AnswerCache::Get(std::string key, runtime::Deadline deadline, Fill fill) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto came = touches_.Now();
  while (true) {
    const auto known = flights_.find(key);
    // Who joins a read that began long ago would be told what was long ago.
    const bool joins = known != flights_.end() && clock_() - known->second->began < LifeOf(key);
    const auto flight = joins ? known->second
                              : std::make_shared<Flight>(Flight{
                                    .key = key, .fill = fill, .began = clock_(), .from = touches_.Now()});
    const auto turn = std::make_shared<runtime::OneShot<>>();
    flight->waiting.push_back(turn);
    if (!joins) Begin(flight, executor);  // which may be over by then
    co_await turn->Wait(deadline);
    if (flight->failure) std::rethrow_exception(flight->failure);
    // It may have been read before a change that this caller knows of: once more then, by a read that began later.
    if (!touches_.Any(flight->filled.shows, flight->from, came))
      co_return Got{.answer = flight->filled.answer, .alone = !joins};
  }
}

void AnswerCache::Begin(const std::shared_ptr<Flight>& flight, const boost::asio::any_io_executor& executor) {
  if (!fills_) {
    fills_.emplace(executor, [](std::string_view, std::exception_ptr error) { rpc::Outward(error); });
  }
  flights_[flight->key] = flight;
  fills_->Spawn("fill", Run(*this, flight));
}

Task<> AnswerCache::Run(AnswerCache& cache, std::shared_ptr<Flight> flight) {
  try {
    flight->filled = co_await flight->fill();
  } catch (...) {  // thrown to everybody who waits
    flight->failure = std::current_exception();
  }
  flight->fill = nullptr;
  cache.Land(flight);
}

void AnswerCache::Land(const std::shared_ptr<Flight>& flight) {
  const auto known = flights_.find(flight->key);
  if (known != flights_.end() && known->second == flight) flights_.erase(known);
  if (!flight->failure) Keep(*flight);
  for (const auto& turn : flight->waiting) turn->Set();
  flight->waiting.clear();
}

void AnswerCache::Keep(const Flight& flight) {
  const auto now = clock_();
  while (!entries_.empty() && now >= entries_.front().until) Remove(entries_.begin(), Why::kOld);
  const auto& [answer, shows] = flight.filled;
  const auto until = flight.began + LifeOf(flight.key);
  const auto bytes = kEntryBytes + 2 * flight.key.size() + BytesOf(*answer) + shows.capacity() * sizeof(Name);
  if (now >= until || bytes > limits_.bytes / kShareOfOne || touches_.Any(shows, flight.from, touches_.Now()))
    return;
  if (const auto before = by_key_.find(flight.key); before != by_key_.end()) {
    if (before->second->until >= until) return;  // a read that began later was quicker
    Remove(before->second, Why::kOld);
  }
  while (!entries_.empty() && (bytes_ + bytes > limits_.bytes || entries_.size() >= limits_.entries))
    Remove(entries_.begin(), Why::kNoRoom);
  const auto entry =
      entries_.insert(entries_.end(), Entry{flight.key, answer, shows, until, touches_.Now(), bytes});
  by_key_.emplace(entry->key, entry);
  bytes_ += bytes;
  entries_shown_.Set(static_cast<double>(entries_.size()));
  bytes_shown_.Set(static_cast<double>(bytes_));
}

void AnswerCache::Remove(Entries::iterator entry, Why why) {
  removed_by_[static_cast<std::size_t>(why)]->Increment();
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
  entries_shown_.Set(static_cast<double>(entries_.size()));
  bytes_shown_.Set(static_cast<double>(bytes_));
}

std::chrono::nanoseconds AnswerCache::LifeOf(std::string_view key) const {
  const std::chrono::nanoseconds whole = limits_.age;
  constexpr std::size_t kLots = 256;
  const auto lot = static_cast<std::int64_t>(std::hash<std::string_view>()(key) % kLots);
  return whole - whole / kUnsure * lot / static_cast<std::int64_t>(kLots);
}

void AnswerCache::Touch(std::span<const Name> names) {
  if (On()) touches_.Add(names, clock_());
}

Task<> AnswerCache::Drain(runtime::Deadline deadline) {
  if (fills_) co_await fills_->Join(deadline);
}

}  // namespace market::gateway
