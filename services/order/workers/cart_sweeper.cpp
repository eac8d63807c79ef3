#include "services/order/workers/cart_sweeper.hpp"

#include <cstddef>

namespace market::order {
namespace {

constexpr std::size_t kChunkCarts = 500;
constexpr std::chrono::seconds kSweepLimit{10};
constexpr std::chrono::minutes kSweepPause{10};

}  // namespace

CartSweeper::CartSweeper(storage::Carts& carts, std::chrono::milliseconds kept)
    : carts_(carts),
      kept_(kept),
      sweeping_({.name = "order.carts", .period = kSweepPause}, [this] { return Sweep(); }) {}

Task<runtime::Every::Next> CartSweeper::Sweep() {
  const auto swept = co_await carts_.Sweep(runtime::After(kSweepLimit), kept_, kChunkCarts);
  co_return swept > 0 ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace market::order
