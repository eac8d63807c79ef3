#include "services/product/workers/low_stock.hpp"

namespace market::product {
namespace {

// Their stock is locked together, for a few milliseconds.
constexpr std::int64_t kLooksAtOnce = 500;
constexpr std::chrono::seconds kPause{1};
constexpr std::chrono::seconds kLookLimit{5};

}  // namespace

LowStock::LowStock(storage::Stock& stock)
    : looking_({.name = "product.low_stock", .period = kPause},
               [&stock]() -> Task<> { co_await stock.TellLow(runtime::After(kLookLimit), kLooksAtOnce); }) {}

}  // namespace market::product
