#include "services/order/domain/return.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

LineNow ASentLineOf(const SellerOrderId& part, std::int64_t quantity, std::int64_t total_minor) {
  return {.part = part,
          .line = LineId::New(),
          .offer = OfferId::New(),
          .quantity = quantity,
          .shipped = quantity,
          .total_minor = total_minor};
}

std::string RefusalOf(auto act) {
  try {
    act();
  } catch (const Error& error) {
    return error.reason;
  }
  return "";
}

TEST(Return, ItsMoves_AreTheseAndNoOthers) {
  std::string moves;
  for (const auto from : kReturnStates.words) {
    for (const auto to : kReturnStates.words) {
      const auto before = kReturnStates.Require(from);
      const auto after = kReturnStates.Require(to);
      for (const auto actor : {ActorRole::kBuyer, ActorRole::kSeller, ActorRole::kOperator}) {
        const bool waits = before == ReturnState::kApproved && after == ReturnState::kRejected;
        EXPECT_EQ(MayMove(before, after, actor), MayMove(before, after) && !waits);
        EXPECT_EQ(RefusalOf([&] { RequireMove(before, after, actor); }),
                  MayMove(before, after, actor) ? "" : "ILLEGAL_TRANSITION");
      }
      EXPECT_EQ(MayMove(before, after, ActorRole::kSystem), MayMove(before, after));
      if (MayMove(before, after)) moves.append(from).append(">").append(to).append(" ");
    }
  }
  EXPECT_EQ(moves,
            "REQUESTED>APPROVED REQUESTED>REJECTED APPROVED>IN_TRANSIT APPROVED>RECEIVED APPROVED>CLOSED "
            "APPROVED>REJECTED IN_TRANSIT>RECEIVED IN_TRANSIT>CLOSED RECEIVED>CLOSED RECEIVED>REJECTED ");
}

// In whatever steps units are cancelled before they are sent and come back after: all of the part is back in the end,
// its delivery with the last of them, and never more on the way.
TEST(Return, AllSteps_AddUpToThePart) {
  std::minstd_rand random(7);
  const auto upto = [&](std::int64_t most) { return static_cast<std::int64_t>(random()) % most + 1; };
  for (int round = 0; round < 2'000; ++round) {
    const auto part = SellerOrderId::New();
    std::vector<LineNow> lines;
    std::int64_t total = upto(500);
    const auto delivery = total;
    for (auto i = upto(3); i > 0; --i) {
      lines.push_back(ASentLineOf(part, upto(40), upto(99'999)));
      total += lines.back().total_minor;
    }
    std::int64_t back = 0;
    for (auto& line : lines) {
      if (line.quantity == 1 || random() % 2 == 0) continue;
      const auto cut = upto(line.quantity - 1);
      line.shipped = 0;
      back += CutUnits(part, lines, std::array{Units{line.line, cut}}).cost_minor.value();
      line.cancelled = cut;
      line.shipped = line.quantity - cut;
    }
    bool all = false;
    while (!all) {
      auto& line = lines.at(random() % lines.size());
      if (line.shipped == line.returned) continue;
      const Units units{line.line, upto(line.shipped - line.returned)};
      const auto coming = WhatGoesBack(lines, std::array{units}, delivery);
      ASSERT_GE(coming.amount_minor, 0);
      back += coming.amount_minor;
      all = coming.all;
      line.returned += units.quantity;
      ASSERT_EQ(IsAllBack(part, lines), all);
      ASSERT_LE(back, total);
    }
    ASSERT_EQ(back, total);
  }
}

TEST(Return, ALine_KeepsItsRoundingWhateverLeavesIt) {
  const auto part = SellerOrderId::New();
  auto line = ASentLineOf(part, 3, 100);
  line.cancelled = 1;  // 33
  line.shipped = 2;
  const auto one = WhatGoesBack(std::array{line}, std::array{Units{line.line, 1}}, 490);
  EXPECT_EQ(one.amount_minor, 34);
  EXPECT_FALSE(one.all);
  line.returned = 1;
  EXPECT_EQ(CostOfGone(part, std::array{line}), 67);
  const auto last = WhatGoesBack(std::array{line}, std::array{Units{line.line, 1}}, 490);
  EXPECT_EQ(last.amount_minor, 33 + 490) << "and the delivery";
  EXPECT_EQ(last.delivery_minor, 490);
  EXPECT_TRUE(last.all);
}

// What was not sent is not back: the delivery of the rest is to come.
TEST(Return, WhatIsStillToBeSent_KeepsItsDelivery) {
  const auto part = SellerOrderId::New();
  auto line = ASentLineOf(part, 2, 100);
  line.shipped = 1;
  const auto back = WhatGoesBack(std::array{line}, std::array{Units{line.line, 1}}, 490);
  EXPECT_EQ(back.amount_minor, 50);
  EXPECT_FALSE(back.all);
  EXPECT_FALSE(IsAllBack(part, std::array{line}));
  line = ASentLineOf(part, 2, 100);
  line.cancelled = 2;
  EXPECT_FALSE(IsAllBack(part, std::array{line})) << "nothing came back";
}

TEST(Return, TooManyUnits_AreNamed) {
  const auto part = SellerOrderId::New();
  auto some = ASentLineOf(part, 5, 100);
  some.returned = 1;
  auto unsent = ASentLineOf(part, 2, 100);
  unsent.shipped = 0;
  const std::array lines = {some, unsent};
  const std::array open = {Units{some.line, 2}};
  RequireReturnable(State::kShipped, lines, open, std::array{Units{some.line, 2}});
  try {
    RequireReturnable(State::kCompleted, lines, open, std::array{Units{some.line, 3}, Units{unsent.line, 1}});
    FAIL() << "too many";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
    EXPECT_EQ(error.metadata.at(0).second,
              R"([{"field":"lines[0].quantity","offerId":")" + some.offer.ToString() + R"(","lineId":")" +
                  some.line.ToString() + R"(","requested":3,"available":2},{"field":"lines[1].quantity",)" +
                  R"("offerId":")" + unsent.offer.ToString() + R"(","lineId":")" + unsent.line.ToString() +
                  R"(","requested":1,"available":0}])");
    EXPECT_EQ(error.fields.size(), 2u);
  }
  const auto reason = [&](State state, std::vector<Units> wanted) {
    return RefusalOf([&] { RequireReturnable(state, lines, open, wanted); });
  };
  for (const auto dead : {State::kCancelled, State::kRejected, State::kFailed})
    EXPECT_EQ(reason(dead, {{some.line, 1}}), "ILLEGAL_TRANSITION");
  EXPECT_EQ(reason(State::kShipped, {{some.line, 1}, {some.line, 1}}), "INVALID_ARGUMENT");
  EXPECT_EQ(reason(State::kShipped, {{LineId::New(), 1}}), "NOT_FOUND");
}

TEST(Return, WhatIsRestocked_IsSomeOfIt) {
  Return coming;
  coming.lines = {{.line = LineId::New(), .quantity = 2}, {.line = LineId::New(), .quantity = 1}};
  const auto reason = [&](std::vector<Units> units) {
    return RefusalOf([&] { RequireOfReturn(coming, units); });
  };
  EXPECT_EQ(reason({}), "");
  EXPECT_EQ(reason({{coming.lines[0].line, 2}, {coming.lines[1].line, 1}}), "");
  EXPECT_EQ(reason({{coming.lines[0].line, 3}}), "INVALID_ARGUMENT");
  EXPECT_EQ(reason({{coming.lines[0].line, 1}, {coming.lines[0].line, 1}}), "INVALID_ARGUMENT");
  EXPECT_EQ(reason({{LineId::New(), 1}}), "NOT_FOUND");
}

}  // namespace
}  // namespace market::order::domain
