// The operations of payouts, as the edge calls them.
#include <string>
#include <utility>

#include "services/payment/testing/operations_fixture.hpp"
#include "services/payment/testing/payouts_fixture.hpp"

namespace market::payment {
namespace {

using api::payment::PutPayoutAccountRequest;

// An owner of that shop, who signs in with a second factor; to a method that leaves an act.
struct OwnerCall {
  explicit OwnerCall(const SellerId& shop, std::string_view method = "PutPayoutAccount",
                     identity::Principal who = {.account = AccountId::New(), .second_factor = true}) {
    rpc::CallContextBuilder(context)
        .Caller(std::move(who))
        .Reach({.sellers = {shop}})
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find(method));
  }
  CallContext context{After(8s)};
};
struct OperatorCall {
  explicit OperatorCall(std::string_view method) {
    rpc::CallContextBuilder(context)
        .Caller({.account = AccountId::New()})
        .Reach({.everything = true})
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find(method));
  }
  CallContext context{After(8s)};
};

PutPayoutAccountRequest ABank(const SellerId& shop, std::string iban = "DE89 3704 0044 0532 0130 00") {
  PutPayoutAccountRequest request;
  request.set_seller_id(shop.ToString());
  request.set_account_holder("Analytical Engines Ltd");
  request.set_iban(std::move(iban));
  return request;
}

template <class T>
Task<std::string> FieldOf(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.fields.empty() ? error.reason : error.fields[0].field + ' ' + error.fields[0].reason;
  }
  co_return "";
}

TEST(PaymentService_PayoutAccount, IsShownByItsEnd_AndHoldsPayouts) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    OwnerCall owner(shop);
    api::payment::GetPayoutAccountRequest get;
    get.set_seller_id(shop.ToString());
    EXPECT_EQ(co_await ReasonOf(o.api.GetPayoutAccount(owner.context, get)), "NOT_FOUND");
    const auto put = co_await o.api.PutPayoutAccount(owner.context, ABank(shop));
    EXPECT_EQ(put.iban_last4(), "3000");
    EXPECT_EQ(put.country_code(), "DE");
    EXPECT_EQ(put.account_holder(), "Analytical Engines Ltd");
    EXPECT_FALSE(put.has_bic());
    EXPECT_FALSE(put.has_provider_account());
    EXPECT_EQ(put.held_until().seconds() - put.change_time().seconds(), 48 * 3600);
    EXPECT_EQ((co_await o.api.GetPayoutAccount(owner.context, get)).ShortDebugString().find("3704"),
              std::string::npos);
    const auto again = co_await o.api.PutPayoutAccount(owner.context, ABank(shop, "DE89370400440532013000"));
    EXPECT_EQ(again.change_time().nanos(), put.change_time().nanos()) << "the same account is no change";
    const auto other = co_await o.api.PutPayoutAccount(owner.context, ABank(shop, "NL91ABNA0417164300"));
    EXPECT_EQ(other.iban_last4(), "4300");
    PutPayoutAccountRequest at_provider;
    at_provider.set_seller_id(shop.ToString());
    at_provider.set_provider_account("acct_1");
    const auto changed = co_await o.api.PutPayoutAccount(owner.context, at_provider);
    EXPECT_EQ(changed.provider_account(), "acct_1");
    EXPECT_FALSE(changed.has_iban_last4());
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_type = 'payout_account' AND target_id = '" +
                  shop.ToString() + "'"),
              "3");
  });
}

TEST(PaymentService_PayoutAccount, WantsASecondFactor_WhereTheMarketplaceAsksForIt) {
  using Need = BankChanges::Need;
  for (const auto need : {Need::kSecondFactor, Need::kNone}) {
    WithOperations(
        [&](Operations& o, Service&) -> Task<> {
          const auto shop = SellerId::New();
          OwnerCall owner(shop, "PutPayoutAccount", {.account = AccountId::New()});
          EXPECT_EQ(co_await ReasonOf(o.api.PutPayoutAccount(owner.context, ABank(shop))),
                    need == Need::kNone ? "" : "SECOND_FACTOR_NEEDED");
        },
        5s, {.need = need});
  }
}

TEST(PaymentService_PayoutAccount, WhatIsNone_IsRefused) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    OwnerCall owner(shop);
    const auto wrong = [&](PutPayoutAccountRequest request) {
      return FieldOf(o.api.PutPayoutAccount(owner.context, std::move(request)));
    };
    EXPECT_EQ(co_await wrong(ABank(shop, "DE89 3704 0044 0532 0130 01")), "iban NOT_AN_IBAN");
    EXPECT_EQ(co_await wrong(ABank(shop, "")), "iban REQUIRED");
    auto both = ABank(shop);
    both.set_provider_account("acct_1");
    EXPECT_EQ(co_await wrong(both), "providerAccount ONE_OF");
    auto nobody = ABank(shop);
    nobody.clear_account_holder();
    EXPECT_EQ(co_await wrong(nobody), "accountHolder REQUIRED");
    EXPECT_EQ(Sql("SELECT count(*) FROM payout_account WHERE seller_id = '" + shop.ToString() + "'"), "0");
  });
}

TEST(PaymentService_Payouts, AreAskedForReadAndMarked) {
  WithOperations(
      [](Operations& o, Service&) -> Task<> {
        const auto shop = SellerId::New();
        OwnerCall owner(shop, "RequestPayout");
        co_await o.api.PutPayoutAccount(owner.context, ABank(shop));
        for (const int sale : {700, 900, 400}) Book(Disk(), shop, sale);
        api::payment::RequestPayoutRequest request;
        request.set_seller_id(shop.ToString());
        request.set_currency("EUR");
        request.set_amount(1500);
        const auto made = co_await o.api.RequestPayout(owner.context, request);
        EXPECT_EQ(made.state(), api::payment::Payout::DUE);
        EXPECT_EQ(made.amount().amount(), 1500);
        EXPECT_TRUE(made.on_demand());
        EXPECT_EQ(made.iban_last4(), "3000");
        EXPECT_EQ(made.line_count(), 4) << "three bookings, and what is kept back";
        EXPECT_EQ((co_await o.api.RequestPayout(owner.context, request)).id(), made.id())
            << "the same operation";

        api::payment::GetPayoutRequest get;
        get.set_payout_id(made.id());
        const auto shown = co_await o.api.GetPayout(owner.context, get);
        EXPECT_EQ(shown.lines_size(), 4);
        std::int64_t sum = 0;
        for (const auto& line : shown.lines()) sum += line.amount();
        EXPECT_EQ(sum, 1500);
        OwnerCall stranger(SellerId::New());
        EXPECT_EQ(co_await ReasonOf(o.api.GetPayout(stranger.context, get)), "NOT_FOUND");

        api::payment::ListPayoutLinesRequest lines;
        lines.set_payout_id(made.id());
        lines.set_page_size(3);
        const auto first = co_await o.api.ListPayoutLines(owner.context, lines);
        EXPECT_EQ(first.lines_size(), 3);
        lines.set_page_token(first.next_page_token());
        const auto last = co_await o.api.ListPayoutLines(owner.context, lines);
        EXPECT_EQ(last.lines_size(), 1);
        EXPECT_FALSE(last.has_next_page_token());
        EXPECT_EQ(co_await ReasonOf(o.api.ListPayoutLines(stranger.context, lines)), "NOT_FOUND");

        api::payment::ListSellerPayoutsRequest list;
        list.set_seller_id(shop.ToString());
        EXPECT_EQ((co_await o.api.ListSellerPayouts(owner.context, list)).payouts_size(), 1);
        list.set_state(api::payment::Payout::PAID);
        EXPECT_EQ((co_await o.api.ListSellerPayouts(owner.context, list)).payouts_size(), 0);

        OperatorCall reader("ListPayouts");
        api::payment::ListPayoutsRequest all;
        all.set_seller_id(shop.ToString());
        all.set_currency("EUR");
        EXPECT_EQ((co_await o.api.ListPayouts(reader.context, all)).payouts_size(), 1);

        OperatorCall marker("MarkPayoutPaid");
        api::payment::MarkPayoutPaidRequest paid;
        paid.set_payout_id(made.id());
        paid.set_reason("on the statement");
        EXPECT_EQ(co_await ReasonOf(o.api.MarkPayoutPaid(marker.context, paid)), "ILLEGAL_TRANSITION")
            << "nobody has it yet";
        Sql("UPDATE payout SET state = 'SUBMITTED' WHERE id = '" + made.id() + "'");
        EXPECT_EQ((co_await o.api.MarkPayoutPaid(marker.context, paid)).state(), api::payment::Payout::PAID);
        OperatorCall returner("MarkPayoutReturned");
        api::payment::MarkPayoutReturnedRequest back;
        back.set_payout_id(made.id());
        back.set_reason("account closed");
        const auto returned = co_await o.api.MarkPayoutReturned(returner.context, back);
        EXPECT_EQ(returned.state(), api::payment::Payout::RETURNED);
        EXPECT_EQ(returned.failure_code(), "returned");
        EXPECT_EQ(BalanceOf(Disk(), shop), "2000 0");
        EXPECT_EQ(Sql("SELECT string_agg(reason, '|' ORDER BY id) FROM audit_event WHERE target_id = '" +
                      made.id() + "' AND reason <> ''"),
                  "on the statement|account closed");
      },
      5s, {.hold = 0ms});
}

}  // namespace
}  // namespace market::payment
