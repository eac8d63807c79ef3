#include <gtest/gtest.h>

#include <string>

#include "sandbox/testing/shop.hpp"

namespace market::sandbox {
namespace {

Task<std::string> Charged(Shop& shop, std::string method = "pm_card_visa") {
  const auto made = co_await shop.Authorize(NewKey(), NewKey(), std::move(method));
  const auto id = IdIn(made);
  EXPECT_EQ((co_await shop.Post(At(id, "capture"), NewKey(), "")).status, 200);
  co_return id;
}

Task<object> DisputeOfCharge(Shop& shop, const std::string& intent) {
  const auto found = (co_await shop.Get("/v1/disputes?payment_intent=" + intent)).at("data").as_array();
  EXPECT_EQ(found.size(), 1u);
  co_return found.empty() ? object() : found.at(0).as_object();
}

// "type amount" of what moved with a dispute, the newest first.
Task<std::string> MovedWith(Shop& shop, const std::string& dispute) {
  std::string moved;
  const auto listed = co_await shop.Get("/v1/balance_transactions?limit=100");
  for (const auto& each : listed.at("data").as_array()) {
    if (each.at("source").as_string() != dispute) continue;
    moved += std::string(each.at("reporting_category").as_string()) + ' ' +
             std::to_string(each.at("amount").as_int64()) + ' ';
  }
  co_return moved;
}

Task<std::string> Happenings(Shop& shop, const std::string& dispute) {
  std::string types;
  const auto listed = co_await shop.Get("/v1/events?limit=100");
  for (const auto& each : listed.at("data").as_array()) {
    if (each.at("data").at("object").at("id").as_string() == dispute)
      types.insert(0, std::string(each.at("type").as_string()).substr(15) + ' ');
  }
  co_return types;
}

TEST(Disputes, AMethodIsDisputedAsItIsCaptured_AndWonByEvidence) {
  WithShop([](Shop& shop) -> Task<> {
    const auto intent = co_await Charged(shop, "pm_card_createDispute");
    const auto dispute = co_await DisputeOfCharge(shop, intent);
    const auto id = std::string(dispute.at("id").as_string());
    EXPECT_EQ(dispute.at("amount").as_int64(), 1000);
    EXPECT_EQ(dispute.at("reason").as_string(), "fraudulent");
    EXPECT_EQ(dispute.at("status").as_string(), "needs_response");
    EXPECT_EQ(CodeIn(co_await shop.Post("/v1/refunds", NewKey(), "payment_intent=" + intent)),
              "charge_disputed");
    const auto said = co_await shop.Post("/v1/disputes/" + id, NewKey(),
                                         "evidence[uncategorized_text]=see%0Awinning_evidence");
    EXPECT_EQ(In(said).at("status").as_string(), "under_review");
    EXPECT_EQ((co_await shop.Get("/v1/disputes/" + id)).at("status").as_string(), "won");
    EXPECT_EQ(co_await MovedWith(shop, id), "dispute_reversal 1000 dispute -1000 ");
    EXPECT_EQ(co_await Happenings(shop, id), "created funds_withdrawn updated closed funds_reinstated ");
    EXPECT_EQ((co_await shop.Post("/v1/refunds", NewKey(), "payment_intent=" + intent)).status, 200);
  });
}

TEST(Disputes, OneThatIsOpenedByHand_IsLost) {
  WithShop([](Shop& shop) -> Task<> {
    const auto intent = co_await Charged(shop);
    const auto open = "payment_intent=" + intent;
    const auto opened =
        co_await shop.Post("/v1/sandbox/disputes", NewKey(), open + "&amount=400&reason=duplicate");
    const auto id = IdIn(opened);
    EXPECT_EQ((co_await shop.Post("/v1/sandbox/disputes", NewKey(), open + "&amount=601")).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/refunds", NewKey(), open + "&amount=601")).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/refunds", NewKey(), open + "&amount=600")).status, 200);
    const auto staged =
        co_await shop.Post("/v1/disputes/" + id, NewKey(), "evidence[uncategorized_text]=x&submit=false");
    EXPECT_EQ(In(staged).at("status").as_string(), "needs_response");
    EXPECT_EQ(
        (co_await shop.Post("/v1/disputes/" + id, NewKey(), "evidence[uncategorized_text]=losing_evidence"))
            .status,
        200);
    EXPECT_EQ((co_await shop.Get("/v1/disputes/" + id)).at("status").as_string(), "lost");
    EXPECT_EQ(co_await MovedWith(shop, id), "dispute -400 ");
    EXPECT_EQ((co_await shop.Post("/v1/disputes/" + id, NewKey(), "evidence[uncategorized_text]=x")).status,
              400);
    EXPECT_EQ((co_await shop.Post("/v1/disputes/" + id + "/close", NewKey(), "")).status, 400);
  });
}

TEST(Disputes, OneIsGivenUp_OrTooLateToAnswer) {
  WithShop([](Shop& shop) -> Task<> {
    const auto given_up = IdIn(
        co_await shop.Post("/v1/sandbox/disputes", NewKey(), "payment_intent=" + co_await Charged(shop)));
    EXPECT_EQ(
        In(co_await shop.Post("/v1/disputes/" + given_up + "/close", NewKey(), "")).at("status").as_string(),
        "lost");
    const auto late = IdIn(co_await shop.Post("/v1/sandbox/disputes", NewKey(),
                                              "due_in_s=-1&payment_intent=" + co_await Charged(shop)));
    EXPECT_EQ((co_await shop.Post("/v1/disputes/" + late, NewKey(), "evidence[uncategorized_text]=x")).status,
              400);
    const auto listed = (co_await shop.Get("/v1/disputes?limit=1")).at("has_more").as_bool();
    EXPECT_TRUE(listed);
    EXPECT_EQ((co_await shop.Send("GET", "/v1/disputes/du_1")).status, 404);
  });
}

}  // namespace
}  // namespace market::sandbox
