#include "services/order/messages.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::order {
namespace {

const auto kOrder = domain::OrderId::New();
const auto kPart = domain::SellerOrderId::New();
const auto kEur = Currency::Parse("EUR");
const std::vector<Units> kUnits = {{domain::LineId::New(), 2}, {domain::LineId::New(), 1}};

outbox::Message Arrived(const outbox::NewMessage& sent) {
  return {.id = Uuid::NewV7(),
          .topic = sent.topic,
          .key = sent.key,
          .payload = sent.payload,
          .trace = sent.trace};
}
outbox::Message Arrived(std::string payload) {
  return {.id = Uuid::NewV7(), .topic = "t", .payload = payload};
}

TEST(Messages, Commands_AreReadAsTheyWereWritten) {
  const auto capture = PaymentCommandFrom(Arrived(CaptureMessage(kOrder, "trace")));
  EXPECT_EQ(capture.order_id(), kOrder.ToString());
  EXPECT_TRUE(capture.has_capture());
  const auto refund = PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, {}, kEur, "")));
  EXPECT_EQ(refund.refund().seller_order_id(), kPart.ToString());
  EXPECT_FALSE(refund.refund().has_amount());
  EXPECT_TRUE(refund.refund().lines().empty());
  const Money some{333, kEur};
  const std::vector<domain::UnitsBack> back = {{kUnits[0].line, 2, 333}};
  const auto partial = PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, {some, back}, kEur, "")));
  EXPECT_EQ(partial.refund().amount().amount(), 333);
  EXPECT_EQ(partial.refund().amount().currency(), "EUR");
  EXPECT_EQ(partial.refund().reason(), "cancelled");
  EXPECT_EQ(partial.refund().lines(0).line_id(), kUnits[0].line.ToString());
  EXPECT_EQ(partial.refund().lines(0).quantity(), 2);
  EXPECT_EQ(partial.refund().lines(0).amount().amount(), 333);
  const std::vector<domain::UnitsBack> free = {{kUnits[0].line, 1, 0}};
  const auto of_nothing =
      PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, {Money{0, kEur}, free}, kEur, "")));
  EXPECT_TRUE(of_nothing.refund().has_amount()) << "units that had cost nothing";
  EXPECT_EQ(PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, {some, back}, kEur, "", kReturned)))
                .refund()
                .reason(),
            "returned");
  const auto release = StockCommandFrom(Arrived(ReleaseMessage(kOrder, kUnits, "")));
  EXPECT_EQ(release.order_id(), kOrder.ToString());
  EXPECT_EQ(release.release().lines_size(), 2);
  EXPECT_EQ(release.release().lines(0).quantity(), 2);
  const auto consume = StockCommandFrom(Arrived(ConsumeMessage(kOrder, kUnits, "")));
  EXPECT_EQ(consume.consume().lines(1).line_id(), kUnits[1].line.ToString());
  const auto restock = StockCommandFrom(Arrived(RestockMessage(kOrder, kUnits, "")));
  EXPECT_EQ(restock.restock().lines(0).quantity(), 2);
  const auto commit = StockCommandFrom(Arrived(CommitMessage(kOrder, "")));
  EXPECT_TRUE(commit.has_commit());
}

TEST(Messages, StockAndMoneyOfOneOrder_AreOrderedApart) {
  EXPECT_EQ(CaptureMessage(kOrder, "").key, RefundMessage(kOrder, kPart, {}, kEur, "").key);
  EXPECT_EQ(ReleaseMessage(kOrder, kUnits, "").key, ConsumeMessage(kOrder, kUnits, "").key);
  EXPECT_NE(CaptureMessage(kOrder, "").key, ConsumeMessage(kOrder, kUnits, "").key);
}

// What payment needs to share out what is paid: the lines with their prices, who bears their discounts, and the delivery.
TEST(Messages, APlacedPart_TellsWhatItsLinesCost) {
  domain::Order order;
  order.id = kOrder;
  auto& part = order.parts.emplace_back();
  part.id = kPart;
  part.total = Money{2100, kEur};
  part.delivery.price = {.base_minor = 490,
                         .discounts = {{"coupon/FREE", domain::Funder::kMarketplace, 390}},
                         .tax = {},
                         .total_minor = 100};
  domain::Line line;
  line.id = domain::LineId::New();
  line.product = domain::ProductId::New();
  line.categories = {domain::CategoryId::New(), domain::CategoryId::New()};
  line.quantity = 2;
  line.unit_price = Money{1250, kEur};
  line.discounts = {{"coupon/HALF", domain::Funder::kMarketplace, 150},
                    {"coupon/HALF", domain::Funder::kSeller, 250},
                    {"coupon/MORE", domain::Funder::kMarketplace, 100}};
  line.tax.amount_minor = 319;
  line.total = Money{2000, kEur};
  part.lines = {line};
  const auto events = OrderPlacedEvents(order);
  api::order::SellerOrderPlaced told;
  ASSERT_TRUE(told.ParseFromString(events.at(1).payload));
  EXPECT_EQ(told.delivery().amount(), 100);
  EXPECT_EQ(told.delivery_funded().amount(), 390);
  ASSERT_EQ(told.lines_size(), 1);
  const auto& of_line = told.lines(0);
  EXPECT_EQ(of_line.line_id(), line.id.ToString());
  EXPECT_EQ(of_line.product_id(), line.product.ToString());
  ASSERT_EQ(of_line.category_ids_size(), 2);
  EXPECT_EQ(of_line.category_ids(0), line.categories[0].ToString());
  EXPECT_EQ(of_line.quantity(), 2);
  EXPECT_EQ(of_line.unit_price().amount(), 1250);
  EXPECT_EQ(of_line.total().amount(), 2000);
  EXPECT_EQ(of_line.tax().amount(), 319);
  EXPECT_EQ(of_line.funded().amount(), 250) << "the shop bears the rest";
  EXPECT_EQ(of_line.funded().currency(), "EUR");
}

// Every payload but a whole known command: words, another topic's,
// a newer program's, one with a part missing.
TEST(Messages, UnknownPayload_IsAnErrorAndNeverAGuess) {
  const auto order = kOrder.ToString();
  api::order::PaymentCommand no_command;
  no_command.set_order_id(order);
  const auto newer = no_command.SerializeAsString() + std::string("\x7a\0", 2);  // field 15, an empty message
  api::order::PaymentCommand no_part = no_command;
  no_part.mutable_refund();
  api::order::PaymentCommand nothing = no_part;
  nothing.mutable_refund()->set_seller_order_id(kPart.ToString());
  nothing.mutable_refund()->mutable_amount()->set_currency("EUR");
  auto half_a_line = nothing;
  half_a_line.mutable_refund()->mutable_amount()->set_amount(5);
  half_a_line.mutable_refund()->add_lines()->set_line_id(kUnits[0].line.ToString());  // and no quantity
  api::order::PaymentCommand no_order;
  no_order.mutable_capture();
  api::order::StockCommand all;
  all.set_order_id(order);
  all.mutable_release();
  auto none = all;
  none.mutable_consume()->add_lines()->set_line_id(kUnits[0].line.ToString());  // and no quantity
  for (const auto& payload :
       {std::string(), std::string("capture"), std::string("refund ") + kPart.ToString(),
        no_command.SerializeAsString(), newer, no_part.SerializeAsString(), no_order.SerializeAsString(),
        nothing.SerializeAsString(), half_a_line.SerializeAsString(),
        ConsumeMessage(kOrder, kUnits, "").payload}) {
    EXPECT_THROW(PaymentCommandFrom(Arrived(payload)), std::runtime_error) << payload;
  }
  for (const auto& payload :
       {std::string(), std::string("release"), std::string("consume ") + kUnits[0].line.ToString(),
        no_command.SerializeAsString(), all.SerializeAsString(), none.SerializeAsString(),
        RefundMessage(kOrder, kPart, {}, kEur, "").payload}) {
    EXPECT_THROW(StockCommandFrom(Arrived(payload)), std::runtime_error) << payload;
  }
  EXPECT_THROW(ReleaseMessage(kOrder, {}, ""), std::logic_error);
}

}  // namespace
}  // namespace market::order
