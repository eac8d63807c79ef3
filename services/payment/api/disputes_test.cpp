// The operations of disputes, as the edge calls them.
#include <string>
#include <utility>

#include "services/payment/testing/operations_fixture.hpp"
#include "services/payment/testing/sales_fixture.hpp"

namespace market::payment {
namespace {

struct DisputeCall {
  explicit DisputeCall(rpc::Reach reach) {
    rpc::CallContextBuilder(context)
        .Caller({.account = AccountId::New()})
        .Reach(std::move(reach))
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find("SubmitDisputeEvidence"));
  }
  CallContext context{After(8s)};
};

TEST(PaymentService_Disputes, AreOfTheirOwnShop_AndOfOperators) {
  WithOperations([](Operations& o, Service& s) -> Task<> {
    const auto draft = ADraft("pm_card_createDispute");
    co_await s.Authorize(After(8s), draft);
    const auto payment = co_await s.charges.Capture(After(8s), draft.order);
    for (std::size_t i = 0; i < 2; ++i) co_await o.sales.Place(Soon(), AnEvent(), SaleOf(payment, i));
    co_await o.dispute_run.Look(Soon(), payment.id);
    const auto& shop = payment.splits[0].seller;
    DisputeCall theirs({.sellers = {shop}});
    DisputeCall operators({.everything = true});

    api::payment::ListSellerDisputesRequest list;
    list.set_seller_id(shop.ToString());
    const auto listed = co_await o.api.ListSellerDisputes(theirs.context, list);
    EXPECT_EQ(listed.disputes_size(), 1);
    const auto& dispute = listed.disputes(0);
    EXPECT_EQ(dispute.state(), api::payment::Dispute::OPEN);
    EXPECT_EQ(dispute.amount().amount(), 1000);
    EXPECT_EQ(dispute.order_id(), payment.order.ToString());
    EXPECT_FALSE(dispute.has_evidence());
    list.set_state(api::payment::Dispute::WON);
    EXPECT_EQ((co_await o.api.ListSellerDisputes(theirs.context, list)).disputes_size(), 0);

    api::payment::GetDisputeRequest get;
    get.set_dispute_id(dispute.id());
    EXPECT_EQ((co_await o.api.GetDispute(theirs.context, get)).id(), dispute.id());
    EXPECT_EQ((co_await o.api.GetDispute(operators.context, get)).id(), dispute.id());
    DisputeCall others({.sellers = {payment.splits[1].seller}});
    EXPECT_EQ(co_await ReasonOf(o.api.GetDispute(others.context, get)), "NOT_FOUND");

    api::payment::SubmitDisputeEvidenceRequest said;
    said.set_dispute_id(dispute.id());
    said.set_text("it was sent");
    said.set_carrier("DHL");
    said.set_tracking_number("00340");
    EXPECT_EQ(co_await ReasonOf(o.api.SubmitDisputeEvidence(others.context, said)), "NOT_FOUND");
    const auto answered = co_await o.api.SubmitDisputeEvidence(theirs.context, said);
    EXPECT_EQ(answered.state(), api::payment::Dispute::EVIDENCE);
    EXPECT_EQ(answered.evidence(), "it was sent");
    EXPECT_EQ(answered.carrier(), "DHL");
    EXPECT_EQ(answered.tracking_number(), "00340");
    said.set_text("something else");
    EXPECT_EQ(co_await ReasonOf(o.api.SubmitDisputeEvidence(operators.context, said)), "ILLEGAL_TRANSITION");
  });
}

TEST(PaymentService_Disputes, ArePagesForOperators) {
  WithOperations([](Operations& o, Service& s) -> Task<> {
    const auto draft = ADraft("pm_card_createDispute");
    co_await s.Authorize(After(8s), draft);
    const auto payment = co_await s.charges.Capture(After(8s), draft.order);
    for (std::size_t i = 0; i < 2; ++i) co_await o.sales.Place(Soon(), AnEvent(), SaleOf(payment, i));
    co_await o.dispute_run.Look(Soon(), payment.id);
    DisputeCall operators({.everything = true});
    api::payment::ListDisputesRequest list;
    list.set_page_size(1);
    const auto first = co_await o.api.ListDisputes(operators.context, list);
    EXPECT_EQ(first.disputes_size(), 1);
    list.set_page_token(first.next_page_token());
    const auto second = co_await o.api.ListDisputes(operators.context, list);
    EXPECT_EQ(second.disputes_size(), 1);
    EXPECT_NE(first.disputes(0).id(), second.disputes(0).id());
    list.set_seller_id(payment.splits[1].seller.ToString());
    EXPECT_EQ(co_await ReasonOf(o.api.ListDisputes(operators.context, list)), "INVALID_PAGE_TOKEN");
  });
}

}  // namespace
}  // namespace market::payment
