#include "services/payment/api/payment_service.hpp"

#include <limits>

#include "platform/conversions/conversions.hpp"
#include "services/payment/provider/testing/signing.hpp"
#include "services/payment/testing/operations_fixture.hpp"

namespace market::payment {
namespace {

api::payment::AuthorizePaymentRequest ARequest(const std::string& method = "pm_card_visa") {
  api::payment::AuthorizePaymentRequest request;
  request.set_order_id(Uuid::NewV7().ToString());
  request.set_buyer_id(Uuid::NewV7().ToString());
  request.set_payment_method(method);
  request.mutable_amount()->set_amount(3000);
  request.mutable_amount()->set_currency("EUR");
  for (const int amount : {1000, 2000}) {
    auto& part = *request.add_parts();
    part.set_seller_order_id(Uuid::NewV7().ToString());
    part.set_seller_id(Uuid::NewV7().ToString());
    part.mutable_amount()->set_amount(amount);
    part.mutable_amount()->set_currency("EUR");
  }
  return request;
}

template <class Request>
Request Of(const api::payment::AuthorizePaymentRequest& placed) {
  Request request;
  request.set_order_id(placed.order_id());
  return request;
}

TEST(PaymentService, APaymentGoesThroughItsLife) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto request = ARequest();
    Call order;
    auto payment = co_await o.api.AuthorizePayment(order.context, request);
    EXPECT_EQ(payment.state(), api::payment::Payment::AUTHORIZED);
    EXPECT_EQ(payment.authorized().amount(), 3000);
    EXPECT_EQ((co_await o.api.AuthorizePayment(order.context, request)).id(), payment.id());
    payment = co_await o.api.CapturePayment(order.context, Of<api::payment::CapturePaymentRequest>(request));
    EXPECT_EQ(payment.state(), api::payment::Payment::CAPTURED);
    auto refund = Of<api::payment::RefundForOrderRequest>(request);
    refund.set_refund_id(Uuid::NewV7().ToString());
    refund.set_reason("cancelled");
    refund.set_seller_order_id(request.parts(1).seller_order_id());
    payment = co_await o.api.RefundForOrder(order.context, refund);
    EXPECT_EQ(payment.refunded().amount(), 2000);
    EXPECT_EQ(payment.splits(0).refunded().amount(), 0);
    EXPECT_EQ(payment.splits(1).refunded().amount(), 2000);
    EXPECT_EQ(payment.splits(1).refunded().currency(), "EUR");
    EXPECT_EQ(payment.number(), 1);
    EXPECT_EQ(payment.refunds_size(), 1);
    EXPECT_EQ(payment.refunds(0).id(), refund.refund_id());
    EXPECT_EQ(payment.refunds(0).amount().amount(), 2000);
    EXPECT_EQ(payment.refunds(0).state(), api::payment::Payment::Refund::SUCCEEDED);
    EXPECT_EQ(payment.refunds(0).reason(), "cancelled");
    EXPECT_FALSE(payment.has_failure_code());
    EXPECT_EQ(payment.attempts_size(), 3);
    EXPECT_EQ(payment.attempts(2).operation(), "REFUND");
    EXPECT_EQ(payment.attempts(2).state(), "SUCCEEDED");
    EXPECT_GT(payment.create_time().seconds(), 0);

    Call operator_call(AccountId::New(), {.everything = true});
    const auto balances = co_await o.api.TrialBalance(operator_call.context, {});
    std::int64_t sum = 0;
    for (const auto& balance : balances.balances()) sum += balance.amount();
    EXPECT_GE(balances.balances_size(), 2);
    EXPECT_EQ(sum, 0);
  });
}

TEST(PaymentService_GetOrderPayment, IsForItsBuyerAndOperators) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto request = ARequest("pm_card_visa_chargeDeclined");
    Call order;
    co_await o.api.AuthorizePayment(order.context, request);
    const auto get = Of<api::payment::GetOrderPaymentRequest>(request);
    Call buyer(AccountId::From(request.buyer_id()));
    Call stranger(AccountId::New());
    Call operator_call(AccountId::New(), {.everything = true});
    const auto payment = co_await o.api.GetOrderPayment(buyer.context, get);
    EXPECT_EQ(payment.state(), api::payment::Payment::DECLINED);
    EXPECT_EQ(payment.decline_code(), "generic_decline");
    EXPECT_EQ(payment.authorized().amount(), 0);
    EXPECT_EQ((co_await o.api.GetOrderPayment(operator_call.context, get)).id(), payment.id());
    EXPECT_EQ(co_await ReasonOf(o.api.GetOrderPayment(stranger.context, get)), "NOT_FOUND");
  });
}

TEST(PaymentService_AuthorizePayment, RefusesWhatDoesNotAddUp) {
  WithOperations([](Operations& o, Service& s) -> Task<> {
    Call order;
    auto request = ARequest();
    request.mutable_parts(0)->mutable_amount()->set_amount(999);
    EXPECT_EQ(co_await ReasonOf(o.api.AuthorizePayment(order.context, request)), "INVALID_ARGUMENT");
    request = ARequest();
    request.mutable_parts(0)->mutable_amount()->set_currency("USD");
    EXPECT_EQ(co_await ReasonOf(o.api.AuthorizePayment(order.context, request)), "MIXED_CURRENCIES");
    EXPECT_EQ(co_await ReasonOf(o.api.AuthorizePayment(order.context, ARequest("pm_nobody_has"))),
              "UNKNOWN_PAYMENT_METHOD");
    EXPECT_EQ(s.provider.calls, 1);
  });
}

TEST(PaymentService_RefundForOrder, OfAnAmountIsInItsCurrencyAndAboveNothing) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto request = ARequest();
    Call order;
    co_await o.api.AuthorizePayment(order.context, request);
    co_await o.api.CapturePayment(order.context, Of<api::payment::CapturePaymentRequest>(request));
    auto refund = Of<api::payment::RefundForOrderRequest>(request);
    refund.set_refund_id(Uuid::NewV7().ToString());
    refund.set_seller_order_id(request.parts(0).seller_order_id());
    refund.mutable_amount()->set_currency("EUR");
    EXPECT_EQ(co_await ReasonOf(o.api.RefundForOrder(order.context, refund)), "INVALID_ARGUMENT");
    refund.mutable_amount()->set_amount(400);
    refund.mutable_amount()->set_currency("USD");
    EXPECT_EQ(co_await ReasonOf(o.api.RefundForOrder(order.context, refund)), "MIXED_CURRENCIES");
    refund.mutable_amount()->set_currency("EUR");
    EXPECT_EQ((co_await o.api.RefundForOrder(order.context, refund)).splits(0).refunded().amount(), 400);
  });
}

TEST(PaymentService_RefundPayment, IsOneRefundOfAnOperation) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto placed = ARequest();
    Call order;
    co_await o.api.AuthorizePayment(order.context, placed);
    const auto payment =
        co_await o.api.CapturePayment(order.context, Of<api::payment::CapturePaymentRequest>(placed));
    Call by_operator(AccountId::New(), {.everything = true});
    rpc::CallContextBuilder(by_operator.context)
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find("RefundPayment"));
    api::payment::RefundPaymentRequest refund;
    refund.set_payment_id(payment.id());
    refund.set_seller_order_id(placed.parts(0).seller_order_id());
    refund.mutable_amount()->set_amount(0);
    refund.mutable_amount()->set_currency("EUR");
    refund.set_reason("a scratch");
    EXPECT_EQ(co_await ReasonOf(o.api.RefundPayment(by_operator.context, refund)), "INVALID_ARGUMENT");
    refund.mutable_amount()->set_amount(400);
    for (int run = 0; run < 2; ++run) {
      const auto after = co_await o.api.RefundPayment(by_operator.context, refund);
      EXPECT_EQ(after.splits(0).refunded().amount(), 400);
      EXPECT_EQ(after.refunds_size(), 1);
      EXPECT_EQ(after.refunds(0).reason(), "a scratch");
    }
    EXPECT_EQ(
        Sql("SELECT permission || ' ' || reason FROM audit_event WHERE target_id = '" + payment.id() + "'"),
        "payments.refund a scratch");
  });
}

TEST(PaymentService_GetPayment, IsForItsBuyerAndOperators) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto request = ARequest();
    Call order;
    api::payment::GetPaymentRequest get;
    get.set_payment_id((co_await o.api.AuthorizePayment(order.context, request)).id());
    Call buyer(AccountId::From(request.buyer_id()));
    Call stranger(AccountId::New());
    Call operator_call(AccountId::New(), {.everything = true});
    EXPECT_EQ((co_await o.api.GetPayment(buyer.context, get)).order_id(), request.order_id());
    EXPECT_EQ((co_await o.api.GetPayment(operator_call.context, get)).order_id(), request.order_id());
    EXPECT_EQ(co_await ReasonOf(o.api.GetPayment(stranger.context, get)), "NOT_FOUND");
  });
}

TEST(PaymentService_Lists, GoOnWhereTheyEndedAndRefuseOthersTokens) {
  WithOperations([](Operations& o, Service& s) -> Task<> {
    Call call(AccountId::New(), {.everything = true});
    const auto from = conversions::ToProto(s.clock.Now());
    std::vector<std::string> orders;
    for (int i = 0; i < 3; ++i) {
      const auto request = ARequest();
      orders.insert(orders.begin(), request.order_id());
      co_await o.api.AuthorizePayment(call.context, request);
      co_await o.api.CapturePayment(call.context, Of<api::payment::CapturePaymentRequest>(request));
    }
    api::payment::ListPaymentsRequest wanted;
    *wanted.mutable_create_time_from() = from;
    wanted.set_page_size(2);
    const auto first = co_await o.api.ListPayments(call.context, wanted);
    EXPECT_EQ(first.payments_size(), 2);
    EXPECT_EQ(first.payments(0).order_id(), orders[0]);
    wanted.set_page_token(first.next_page_token());
    const auto second = co_await o.api.ListPayments(call.context, wanted);
    EXPECT_EQ(second.payments_size(), 1);
    EXPECT_EQ(second.payments(0).order_id(), orders[2]);
    EXPECT_FALSE(second.has_next_page_token());
    wanted.set_state(api::payment::Payment::CAPTURED);
    EXPECT_EQ(co_await ReasonOf(o.api.ListPayments(call.context, wanted)), "INVALID_PAGE_TOKEN");
    wanted.clear_page_token();
    EXPECT_EQ((co_await o.api.ListPayments(call.context, wanted)).payments_size(), 2);
    wanted.set_state(api::payment::Payment::CAPTURE_FAILED);
    EXPECT_EQ((co_await o.api.ListPayments(call.context, wanted)).payments_size(), 0);

    api::payment::ListLedgerEntriesRequest entries;
    entries.set_payment_id(first.payments(0).id());
    entries.set_account("psp_clearing");
    const auto booked = co_await o.api.ListLedgerEntries(call.context, entries);
    EXPECT_EQ(booked.entries_size(), 1);
    EXPECT_EQ(booked.entries(0).cause(), api::payment::LedgerEntry::CAPTURE);
    EXPECT_EQ(booked.entries(0).cause_id(), first.payments(0).id());
    EXPECT_EQ(booked.entries(0).postings(0).account(), "psp_clearing");
    EXPECT_EQ(booked.entries(0).postings(0).amount(), 3000);
    EXPECT_FALSE(booked.entries(0).postings(0).has_owner_id());
    entries.set_account("petty_cash");
    EXPECT_EQ(co_await ReasonOf(o.api.ListLedgerEntries(call.context, entries)), "INVALID_ARGUMENT");
    entries.clear_account();
    entries.mutable_create_time_to()->set_seconds(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(co_await ReasonOf(o.api.ListLedgerEntries(call.context, entries)), "INVALID_ARGUMENT");
  });
}

struct FindingCall : Call {
  explicit FindingCall(const std::string& method) : Call(AccountId::New(), {.everything = true}) {
    rpc::CallContextBuilder(context).OperationId(Uuid::NewV7()).Method(api::PaymentMethods().Find(method));
  }
};

TEST(PaymentService_Findings, AreListedAndResolved) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    std::vector<domain::Difference> differences(3);
    for (auto& one : differences) {
      one.kind = domain::FindingKind::kRefundUnknown;
      one.subject = "refund/" + Uuid::NewV7().ToString();
      one.currency = Currency::Parse("EUR");
      one.amount_minor = 70;
    }
    co_await o.findings.See(Soon(), differences);
    FindingCall call("ListFindings");
    api::payment::ListFindingsRequest wanted;
    wanted.set_kind(api::payment::Finding::REFUND_UNKNOWN);
    wanted.set_state(api::payment::Finding::OPEN);
    wanted.set_page_size(2);
    const auto first = co_await o.api.ListFindings(call.context, wanted);
    EXPECT_EQ(first.findings_size(), 2);
    wanted.set_page_token(first.next_page_token());
    const auto second = co_await o.api.ListFindings(call.context, wanted);
    EXPECT_EQ(second.findings_size(), 1);
    EXPECT_FALSE(second.has_next_page_token());
    wanted.set_state(api::payment::Finding::RESOLVED);
    EXPECT_EQ(co_await ReasonOf(o.api.ListFindings(call.context, wanted)), "INVALID_PAGE_TOKEN");

    api::payment::ResolveFindingRequest request;
    request.set_finding_id(first.findings(0).id());
    request.set_note("by hand");
    auto& adjustment = *request.mutable_adjustment();
    adjustment.set_debit_account("goodwill");
    adjustment.set_credit_account("petty_cash");
    adjustment.mutable_amount()->set_amount(70);
    adjustment.mutable_amount()->set_currency("EUR");
    FindingCall resolve("ResolveFinding");
    EXPECT_EQ(co_await ReasonOf(o.api.ResolveFinding(resolve.context, request)), "INVALID_ARGUMENT");
    adjustment.set_credit_account("psp_clearing");
    const auto resolved = co_await o.api.ResolveFinding(resolve.context, request);
    EXPECT_EQ(resolved.state(), api::payment::Finding::RESOLVED);
    EXPECT_EQ(resolved.reason(), "resolved");
    EXPECT_TRUE(resolved.has_entry_id());
    EXPECT_EQ(resolved.amount(), 70);
    api::payment::GetFindingRequest get;
    get.set_finding_id(resolved.id());
    EXPECT_EQ((co_await o.api.GetFinding(call.context, get)).note(), "by hand");
    get.set_finding_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(o.api.GetFinding(call.context, get)), "NOT_FOUND");
    api::payment::ListLedgerEntriesRequest entries;
    entries.set_account("goodwill");
    const auto booked = co_await o.api.ListLedgerEntries(call.context, entries);
    EXPECT_EQ(booked.entries(0).cause(), api::payment::LedgerEntry::ADJUSTMENT);
    EXPECT_FALSE(booked.entries(0).has_payment_id());
  });
}

TEST(PaymentService_VoidPayment, OfNothingIsVoidedWithoutAmounts) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    Call order;
    const auto request = ARequest();
    const auto voided =
        co_await o.api.VoidPayment(order.context, Of<api::payment::VoidPaymentRequest>(request));
    EXPECT_EQ(voided.state(), api::payment::Payment::VOIDED);
    EXPECT_FALSE(voided.has_amount());
    EXPECT_EQ((co_await o.api.AuthorizePayment(order.context, request)).state(),
              api::payment::Payment::VOIDED);
  });
}

// The caller leaves while the provider holds its answer back; what the provider says is written all the same.
TEST(PaymentService_AuthorizePayment, ACallerThatLeavesTearsNothing) {
  WithOperations(
      [](Operations& o, Service&) -> Task<> {
        const auto request = ARequest("pm_sandbox_timeout_authorized");
        Call order;
        runtime::TaskGroup callers(co_await boost::asio::this_coro::executor, [](auto, auto) {});
        auto run = [&]() -> Task<> { co_await o.api.AuthorizePayment(order.context, request); };
        callers.Spawn("caller", run());
        co_await Eventually([&] { return o.group.Size() == 1; });
        callers.Cancel();
        co_await callers.Join(Soon());
        co_await o.group.Join(Soon());
        Call again;
        EXPECT_EQ((co_await o.api.AuthorizePayment(again.context, request)).state(),
                  api::payment::Payment::AUTHORIZED);
        EXPECT_EQ(CountAtProvider(domain::OrderId::From(request.order_id()), "authorized"), "1");
      },
      5s);
}

TEST(PaymentService_Webhooks, AreKeptWhenTheyAreSigned) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto id = "evt_" + Uuid::NewV7().ToString();
    const auto payload = R"({"id":")" + id +
                         R"(","object":"event","type":"payment_intent.succeeded","created":7,)" +
                         R"("data":{"object":{"id":"pi_1","object":"payment_intent"}}})";
    const auto receive = [&](std::string who, std::string body,
                             std::string_view secret) -> Task<std::string> {
      api::payment::ReceiveWebhookRequest request;
      request.set_provider(who);
      request.set_payload(body);
      request.set_signature(provider::SignatureOf(body, secret, SystemClock().Now()));
      Call call;
      co_return co_await ReasonOf(o.api.ReceiveWebhook(call.context, request));
    };
    const auto count = [&] {
      return Sql("SELECT count(*) FROM provider_event WHERE event_id = '" + id + "'");
    };
    EXPECT_EQ(co_await receive("stripe", payload, "whsec_new"), "NOT_FOUND");
    EXPECT_EQ(co_await receive("sandbox", payload, "whsec_other"), "WEBHOOK_SIGNATURE_INVALID");
    EXPECT_EQ(co_await receive("sandbox", "{}", "whsec_new"), "WEBHOOK_UNREADABLE");
    EXPECT_EQ(count(), "0");
    // While the secrets change both hold; what comes again is taken again.
    for (const auto* secret : {"whsec_old", "whsec_new"})
      EXPECT_EQ(co_await receive("sandbox", payload, secret), "");
    EXPECT_EQ(count(), "1");
  });
}

}  // namespace
}  // namespace market::payment
