#include "services/product/workers/sweeper.hpp"

#include "platform/core/error.hpp"
#include "platform/telemetry/log.hpp"

namespace market::product {
namespace {

constexpr std::chrono::seconds kChunkLimit{5};

using Next = runtime::Every::Next;

}  // namespace

Sweeper::Sweeper(storage::Reservations& reservations, Metrics& metrics, Options options)
    : reservations_(reservations),
      metrics_(metrics),
      options_(options),
      sweeping_({.name = "product.holds", .period = options.poll}, [this] { return Sweep(); }) {}

Task<Next> Sweeper::Sweep() {
  const auto aside = Aside();
  std::exception_ptr broken;
  std::size_t ended = 0;
  try {
    ended = co_await reservations_.ExpireDue(runtime::After(kChunkLimit), options_.chunk, aside);
  } catch (const Error&) {
    throw;  // the database is away or too busy: no hold's fault
  } catch (const std::exception&) {
    broken = std::current_exception();
  }
  if (broken) ended = co_await EndEach(broken);
  metrics_.HoldsExpired(ended);
  sweeping_.SetParked(static_cast<std::int64_t>(aside_.size()));
  co_return ended == options_.chunk ? Next::kAtOnce : Next::kLater;
}

// Throws `why` when it is no single hold that breaks.
Task<std::size_t> Sweeper::EndEach(std::exception_ptr why) {
  const auto due = co_await reservations_.ListDue(runtime::After(kChunkLimit), options_.chunk, Aside());
  std::map<storage::Hold, std::string> broken;
  for (const auto& hold : due) {
    try {
      co_await reservations_.Expire(runtime::After(kChunkLimit), hold);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      broken.emplace(hold, error.what());
    }
  }
  if (broken.size() == due.size() && due.size() > 1) std::rethrow_exception(why);
  for (const auto& [hold, detail] : broken) {
    aside_[hold] = runtime::After(options_.set_aside_for);
    telemetry::log::Warn(
        "holds.set_aside",
        {{"order_id", hold.order.ToString()}, {"offer_id", hold.offer.ToString()}, {"detail", detail}});
  }
  co_return due.size() - broken.size();
}

std::vector<storage::Hold> Sweeper::Aside() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(aside_, [now](const auto& hold) { return hold.second <= now; });
  std::vector<storage::Hold> names;
  for (const auto& [hold, until] : aside_) names.push_back(hold);
  return names;
}

}  // namespace market::product
