// What leaves order through its outbox: commands to payment and to product.
//
// A resource of an order is a key of its own, so that stock never waits for money: "<order>/payment", "<order>/stock".
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "marketplace/order/v1/events.pb.h"
#include "platform/outbox/outbox.hpp"
#include "services/order/domain/ids.hpp"

// As the generated interface calls it, which this file does not need.
namespace market::api {
namespace order = ::marketplace::order::v1;
}

namespace market::order {

inline constexpr std::string_view kPaymentTopic = "order.payment";  // PaymentCommand
inline constexpr std::string_view kStockTopic = "order.stock";      // StockCommand

outbox::NewMessage CaptureMessage(const domain::OrderId& order, std::string trace);
outbox::NewMessage RefundMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 std::string trace);
// `offers` is not empty.
outbox::NewMessage ReleaseMessage(const domain::OrderId& order, const std::vector<domain::OfferId>& offers,
                                  std::string trace);
outbox::NewMessage ConsumeMessage(const domain::OrderId& order, const std::vector<domain::OfferId>& offers,
                                  std::string trace);

// Each throws std::runtime_error for a payload that is no command of this topic, or one that this program does not
// know: nothing is ever guessed from it.
api::order::PaymentCommand PaymentCommandFrom(const outbox::Message& message);
api::order::StockCommand StockCommandFrom(const outbox::Message& message);

}  // namespace market::order
