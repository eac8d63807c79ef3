// Over the sandbox: what its bank disputes, from the capture to the decision.
#include "services/payment/process/dispute_run.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "platform/runtime/task_group.hpp"
#include "services/payment/process/provider_events.hpp"
#include "services/payment/storage/sales.hpp"
#include "services/payment/testing/charges_fixture.hpp"
#include "services/payment/testing/sales_fixture.hpp"

namespace market::payment {
namespace {

using domain::Dispute;
using domain::DisputeState;
using Looked = DisputeRun::Looked;

// A captured payment with the sales of both its parts: 10.00 and 20.00, of which 10 % are the marketplace's.
struct Disputing {
  Disputing(Service& s, World& world)
      : service(s),
        disputes(world.database),
        sales(world.database),
        run(disputes, s.payments, s.stripe, s.clock, {}),
        events(s.payments, s.stripe, s.charges, run) {
    Sql("UPDATE dispute SET next_run_at = 'infinity' WHERE next_run_at IS NOT NULL");
  }

  Task<> Buy(std::string method = "pm_card_visa", bool delivered = true, bool completed = true) {
    const auto draft = ADraft(std::move(method));
    co_await service.Authorize(After(8s), draft);
    payment = co_await service.charges.Capture(After(8s), draft.order);
    for (std::size_t i = 0; i < payment.splits.size(); ++i) {
      const auto sale = SaleOf(payment, i);
      co_await sales.Place(Soon(), AnEvent(), sale);
      if (delivered) co_await sales.Delivered(Soon(), AnEvent(), sale.id, sale.placed_at);
      if (completed) co_await sales.Completed(Soon(), AnEvent(), sale.id, sale.placed_at);
      co_await sales.Settle(Soon(), sale.id, {});
    }
  }
  Task<std::string> OpenedByHand(std::string more = "") {
    const auto opened =
        co_await AtProvider("/v1/sandbox/disputes", "payment_intent=" + payment.authorization + more);
    co_return std::string(opened.at("id").as_string());
  }
  Task<boost::json::object> AtProvider(std::string target, std::string form) {
    http::Request request{.method = "POST",
                          .target = std::move(target),
                          .headers = {{"Authorization", "Bearer sk_test"},
                                      {"Content-Type", "application/x-www-form-urlencoded"}},
                          .body = std::move(form),
                          .peer = {}};
    const auto response = co_await service.client.Send(std::move(request), Soon());
    EXPECT_EQ(response.status, 200) << response.body;
    co_return boost::json::parse(response.body).as_object();
  }
  Task<> Settle() {
    for (const auto& split : payment.splits) co_await sales.Settle(Soon(), split.seller_order, {});
  }
  Task<std::vector<Dispute>> Known() {
    co_return co_await disputes.List(
        Soon(), {.scope = std::vector{payment.splits[0].seller, payment.splits[1].seller}}, {}, 10);
  }
  Task<Dispute> OfPart(std::size_t part) {
    for (auto& one : co_await Known())
      if (one.seller_order == payment.splits.at(part).seller_order) co_return std::move(one);
    throw std::logic_error("no such dispute");
  }
  Task<Dispute> Answer(const Dispute& dispute, std::string text) {
    co_return co_await run.Answer(After(8s), dispute.id, std::vector{dispute.seller},
                                  {.text = std::move(text)}, {.actor = "a", .method = "m"});
  }
  // "pending available" of both shops, and "disputes escrow psp commission" of the payment.
  std::string Shop(std::size_t part) const {
    return Sql(
        "SELECT coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_pending'), 0) || ' ' ||"
        " coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_available'), 0) FROM ledger_posting"
        " WHERE owner_id = '" +
        payment.splits.at(part).seller.ToString() + "'");
  }
  std::string Told(const Dispute& dispute) const {
    return Sql("SELECT string_agg(type, ' ' ORDER BY xid, seq) FROM event WHERE aggregate = 'dispute/" +
               dispute.id.ToString() + "'");
  }
  std::string Books() const {
    std::string text;
    for (const std::string account :
         {"psp_clearing", "disputes", "order_escrow", "commission_revenue", "goodwill"}) {
      text += Sql("SELECT coalesce(sum(l.amount_minor), 0) FROM ledger_entry e JOIN ledger_posting l ON "
                  "l.entry_id = e.id"
                  " WHERE e.payment_id = '" +
                  payment.id.ToString() + "' AND l.account = '" + account + "'") +
              ' ';
    }
    return text;
  }

  Service& service;
  storage::Disputes disputes;
  storage::Sales sales;
  DisputeRun run;
  ProviderEvents events;
  domain::Payment payment;
};

template <class Body>
void WithDisputes(Body body) {
  WithService([&](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    Disputing d(s, world);
    co_await body(d);
  });
}

TEST(DisputeRun, OneThatIsWon_LeavesEverythingAsItWas) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy("pm_card_createDispute");
    EXPECT_EQ(d.Books(), "3000 0 0 -280 0 ");
    EXPECT_EQ(d.Shop(0), "0 910");
    EXPECT_EQ(co_await d.run.Look(Soon(), d.payment.id), Looked::kDone);
    EXPECT_EQ(d.Books(), "0 3000 -3000 0 0 ") << "taken, and nobody's";
    EXPECT_EQ(d.Shop(0), "0 0");
    EXPECT_EQ(d.Shop(1), "0 0");
    const auto first = co_await d.OfPart(0);
    EXPECT_EQ(first.reason, "fraudulent");
    EXPECT_EQ(first.amount.minor, 1000);
    // Whatever comes again changes nothing.
    for (int again = 0; again < 3; ++again) co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_EQ(d.Books(), "0 3000 -3000 0 0 ");

    const auto answered = co_await d.Answer(first, "it was sent");
    EXPECT_EQ(answered.state, DisputeState::kEvidence);
    EXPECT_EQ(answered.submitted_at, std::nullopt) << "the other shop has not answered";
    EXPECT_EQ((co_await d.Answer(first, "it was sent")).version, answered.version) << "the same again";
    EXPECT_EQ(co_await ReasonOf(d.Answer(first, "something else")), "ILLEGAL_TRANSITION");
    EXPECT_TRUE((co_await d.Answer(co_await d.OfPart(1), "winning_evidence")).submitted_at.has_value());
    EXPECT_EQ(co_await d.run.Look(Soon(), d.payment.id), Looked::kDone);
    EXPECT_EQ((co_await d.OfPart(0)).state, DisputeState::kWon);
    EXPECT_EQ(d.Books(), "3000 0 0 -280 0 ");
    EXPECT_EQ(d.Shop(0), "0 910");
    EXPECT_EQ(d.Shop(1), "0 1810");
    EXPECT_EQ(co_await ReasonOf(d.Answer(first, "late")), "ILLEGAL_TRANSITION");
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + first.id.ToString() + "'"), "1");
    EXPECT_EQ(d.Told(first), "payment.DisputeOpened payment.DisputeAnswered payment.DisputeWon");
  });
}

TEST(DisputeRun, OneThatIsLost_IsGone) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy("pm_card_createDisputeProductNotReceived");
    co_await d.run.Look(Soon(), d.payment.id);
    co_await d.Answer(co_await d.OfPart(1), "x");
    co_await d.Answer(co_await d.OfPart(0), "losing_evidence");
    co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_EQ((co_await d.OfPart(1)).state, DisputeState::kLost);
    EXPECT_EQ(d.Books(), "0 0 0 0 0 ");
    EXPECT_EQ(d.Shop(1), "0 0");
    EXPECT_EQ(Sql("SELECT sum(disputes) FROM sale WHERE order_id = '" + d.payment.order.ToString() + "'"),
              "0");
    const domain::WantedRefund rest{.id = domain::RefundId::New(),
                                    .seller_order = d.payment.splits[0].seller_order,
                                    .amount = {},
                                    .reason = "x"};
    const auto after = co_await d.service.charges.Refund(After(8s), d.payment.order, rest);
    EXPECT_EQ(after.FindRefund(rest.id)->amount_minor, 0) << "the buyer has it";
  });
}

TEST(DisputeRun, WhatIsNotReleased_WaitsForTheDecision) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy("pm_card_visa", true, false);
    EXPECT_EQ(d.Shop(0), "910 0");
    co_await d.OpenedByHand("&amount=1500");
    co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_EQ(d.Shop(0), "455 0");
    EXPECT_EQ(d.Shop(1), "905 0");
    for (const auto& split : d.payment.splits)
      co_await d.sales.Completed(Soon(), AnEvent(), split.seller_order, d.payment.created_at);
    co_await d.Settle();
    EXPECT_EQ(d.Shop(0), "455 0") << "nothing is released meanwhile";
    for (const auto part : {0, 1}) co_await d.Answer(co_await d.OfPart(part), "winning_evidence");
    co_await d.run.Look(Soon(), d.payment.id);
    co_await d.Settle();
    EXPECT_EQ(d.Shop(0), "0 910");
    EXPECT_EQ(d.Shop(1), "0 1810");
    EXPECT_EQ(d.Books(), "3000 0 0 -280 0 ");
  });
}

TEST(DisputeRun, OneThatIsHeardOfWhenItIsOver_IsWrittenFromItsBeginning) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy();
    const auto id = co_await d.OpenedByHand();
    co_await d.AtProvider("/v1/disputes/" + id + "/close", "");
    EXPECT_EQ(co_await d.run.Look(Soon(), d.payment.id), Looked::kDone);
    EXPECT_EQ((co_await d.OfPart(0)).state, DisputeState::kLost);
    EXPECT_EQ(d.Books(), "0 0 0 0 0 ");
    EXPECT_EQ(d.Told(co_await d.OfPart(0)), "payment.DisputeOpened payment.DisputeLost");
  });
}

TEST(DisputeRun, MessagesOfIt_AreHintsOnly) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy();
    const auto hear = [&](const std::string& type) -> Task<ProviderEvents::Heard> {
      co_return co_await d.events.Follow(
          Soon(), {.id = Uuid::NewV7(), .type = type, .charge = d.payment.authorization, .reference = ""});
    };
    EXPECT_EQ(co_await hear("charge.dispute.closed"), ProviderEvents::Heard::kDone) << "there is none";
    EXPECT_EQ((co_await d.Known()).size(), 0u);
    co_await d.OpenedByHand();
    for (const auto* type :
         {"charge.dispute.closed", "charge.dispute.funds_reinstated", "charge.dispute.created"})
      EXPECT_EQ(co_await hear(type), ProviderEvents::Heard::kDone);
    EXPECT_EQ((co_await d.OfPart(1)).state, DisputeState::kOpen) << "as the provider says";
  });
}

TEST(DisputeRun, OneOfASaleThatIsNotKnownYet_Waits) {
  WithDisputes([](Disputing& d) -> Task<> {
    const auto draft = ADraft("pm_card_createDispute");
    co_await d.service.Authorize(After(8s), draft);
    d.payment = co_await d.service.charges.Capture(After(8s), draft.order);
    EXPECT_EQ(co_await d.run.Look(Soon(), d.payment.id), Looked::kOpen);
    EXPECT_EQ((co_await d.Known()).size(), 0u);
    for (std::size_t i = 0; i < 2; ++i) co_await d.sales.Place(Soon(), AnEvent(), SaleOf(d.payment, i));
    EXPECT_EQ(co_await d.run.Look(Soon(), d.payment.id), Looked::kDone);
    EXPECT_EQ(d.Books(), "0 3000 -3000 0 0 ");
  });
}

TEST(DisputeRun, EvidenceIsNotTakenWhenItIsTooLate) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy();
    co_await d.OpenedByHand("&due_in_s=-1");
    co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_EQ(co_await ReasonOf(d.Answer(co_await d.OfPart(0), "late")), "EVIDENCE_TOO_LATE");
  });
}

TEST(DisputeRun, ADayBeforeItIsTooLate_WhatSomeHaveSaidGoesToTheBank) {
  WithDisputes([](Disputing& d) -> Task<> {
    co_await d.Buy();
    const auto id = co_await d.OpenedByHand("&due_in_s=86000");
    co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_TRUE((co_await d.Answer(co_await d.OfPart(0), "it was sent")).submitted_at.has_value());
    co_await d.run.Look(Soon(), d.payment.id);
    EXPECT_EQ((co_await d.OfPart(1)).state, DisputeState::kEvidence) << "the bank takes it once";
    EXPECT_EQ(ProviderSql("SELECT evidence FROM dispute WHERE id = '" +
                          Uuid::Parse(id.substr(3, 8) + '-' + id.substr(11, 4) + '-' + id.substr(15, 4) +
                                      '-' + id.substr(19, 4) + '-' + id.substr(23))
                              .value()
                              .ToString() +
                          "'"),
              R"({"uncategorized_text":"it was sent"})");
  });
}

// A refund and a dispute of the same money at the same moment: never more than was captured goes out.
TEST(DisputeRun, BesideARefund_EitherIsFirst) {
  WithDisputes([](Disputing& d) -> Task<> {
    int disputed_first = 0;
    for (int round = 0; round < 20; ++round) {
      co_await d.Buy();
      const domain::WantedRefund wanted{.id = domain::RefundId::New(),
                                        .seller_order = d.payment.splits[0].seller_order,
                                        .amount = Money{1000, d.payment.currency},
                                        .reason = "x",
                                        .bound = domain::Bound::kExactly};
      co_await d.OpenedByHand("&amount=2500");
      runtime::TaskGroup group(co_await boost::asio::this_coro::executor, Unexpected);
      std::string refused;
      group.Spawn("refund", [](Disputing& d, domain::WantedRefund wanted, std::string& refused) -> Task<> {
        try {
          const auto after = co_await d.service.charges.Refund(After(8s), d.payment.order, wanted);
          if (after.FindRefund(wanted.id)->state == Progress::kFailed) refused = "by the provider";
        } catch (const Error& error) {
          refused = error.reason;
        }
      }(d, wanted, refused));
      while (co_await d.run.Look(Soon(), d.payment.id) == Looked::kOpen) {
      }
      co_await group.Join(Soon());
      EXPECT_NE(refused, "") << "the provider has had the dispute since before";
      disputed_first += refused == "PAYMENT_DISPUTED";
      co_await d.Settle();
      EXPECT_EQ(Sql("SELECT captured_minor - refunded_minor - (SELECT sum(amount_minor) FROM dispute WHERE "
                    "payment_id = p.id)"
                    " FROM payment p WHERE id = '" +
                    d.payment.id.ToString() + "'"),
                "500");
    }
    EXPECT_GE(disputed_first, 0);
  });
}

}  // namespace
}  // namespace market::payment
