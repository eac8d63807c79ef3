#include "services/order/messages.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::order {
namespace {

const auto kOrder = domain::OrderId::New();
const auto kPart = domain::SellerOrderId::New();
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
  const auto refund = PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, {}, "")));
  EXPECT_EQ(refund.refund().seller_order_id(), kPart.ToString());
  EXPECT_FALSE(refund.refund().has_amount());
  const Money some{333, Currency::Parse("EUR")};
  const auto partial = PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, some, "")));
  EXPECT_EQ(partial.refund().amount().amount(), 333);
  EXPECT_EQ(partial.refund().amount().currency(), "EUR");
  EXPECT_EQ(partial.refund().reason(), "cancelled");
  EXPECT_EQ(PaymentCommandFrom(Arrived(RefundMessage(kOrder, kPart, some, "", kReturned))).refund().reason(),
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
  EXPECT_EQ(CaptureMessage(kOrder, "").key, RefundMessage(kOrder, kPart, {}, "").key);
  EXPECT_EQ(ReleaseMessage(kOrder, kUnits, "").key, ConsumeMessage(kOrder, kUnits, "").key);
  EXPECT_NE(CaptureMessage(kOrder, "").key, ConsumeMessage(kOrder, kUnits, "").key);
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
        nothing.SerializeAsString(), ConsumeMessage(kOrder, kUnits, "").payload}) {
    EXPECT_THROW(PaymentCommandFrom(Arrived(payload)), std::runtime_error) << payload;
  }
  for (const auto& payload :
       {std::string(), std::string("release"), std::string("consume ") + kUnits[0].line.ToString(),
        no_command.SerializeAsString(), all.SerializeAsString(), none.SerializeAsString(),
        RefundMessage(kOrder, kPart, {}, "").payload}) {
    EXPECT_THROW(StockCommandFrom(Arrived(payload)), std::runtime_error) << payload;
  }
  EXPECT_THROW(ReleaseMessage(kOrder, {}, ""), std::logic_error);
}

}  // namespace
}  // namespace market::order
