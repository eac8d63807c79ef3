#include "services/payment/provider/stripe.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <exception>
#include <fstream>
#include <functional>
#include <vector>

#include "platform/http/server.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::payment::provider {
namespace {

using namespace std::chrono_literals;
using testing::Soon;

const Currency kEuro = Currency::Parse("EUR");

// A provider that answers what the test says, one answer after another; the last one for good.
class Fake {
 public:
  Fake(boost::asio::io_context& io, std::vector<http::Response> answers, Guard::Options options = {})
      : answers_(std::move(answers)),
        server_(io, {}, [this](http::Request& request) { return Answer(request); }),
        client_(io, "http://" + server_.Listen("127.0.0.1:0")),
        guard(options) {}

  std::vector<http::Request> asked;

 private:
  Task<http::Response> Answer(http::Request& request) {
    asked.push_back(request);
    auto answer = answers_.front();
    if (answers_.size() > 1) answers_.erase(answers_.begin());
    co_return answer;
  }

  std::vector<http::Response> answers_;
  http::Server server_;
  http::Client client_;

 public:
  Guard guard;
  Stripe stripe{client_, guard, "sk_test"};
  Task<> Stop() { return server_.Drain(Soon()); }
};

http::Response Says(int status, std::string body, http::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

template <class Body>
void With(std::vector<http::Response> answers, Body test, Guard::Options options = {}) {
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Fake fake(io, answers, options);
    std::exception_ptr failure;
    try {
      co_await test(fake);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await fake.Stop();
    if (failure) std::rethrow_exception(failure);
  });
}

Charge ACharge() {
  return {.key = "k1", .reference = "o 1&x", .method = "pm_card_visa", .amount = {1999, kEuro}};
}
Change AChange() {
  return {.key = "k2", .authorization = "pi_1", .amount = {5, kEuro}, .reference = "part/refund"};
}

std::string Error(const std::string& type, const std::string& code, const std::string& param = "") {
  return R"({"error": {"type": ")" + type + R"(", "code": ")" + code + R"(", "param": ")" + param +
         R"(", "decline_code": "why"}})";
}

// A PaymentIntent of `key` whose charge is shown in full.
std::string AnIntent(const std::string& id, const std::string& key, const std::string& status,
                     int refunded = 0, const std::string& charge_status = "succeeded") {
  const std::string received = status == "succeeded" ? "30" : "0";
  return R"({"id": ")" + id + R"(", "object": "payment_intent", "status": ")" + status +
         R"(", "currency": "eur", "amount_received": )" + received +
         R"(, "transfer_group": "o1", "created": 1700000001,
          "metadata": {"key": ")" +
         key + R"("}, "last_payment_error": {"code": "card_declined", "decline_code": "why"},
          "latest_charge": {"id": "ch_1", "status": ")" +
         charge_status + R"(", "amount_refunded": )" + std::to_string(refunded) + "}}";
}
// The same as its charge shows it.
std::string ACharge(const std::string& id, const std::string& key, const std::string& status,
                    int refunded = 0, const std::string& charge_status = "succeeded") {
  return R"({"id": "ch_)" + id + R"(", "status": ")" + charge_status + R"(", "amount_refunded": )" +
         std::to_string(refunded) + R"(, "payment_intent": )" +
         AnIntent(id, key, status, refunded, charge_status) + "}";
}
std::string AList(const std::string& items, bool more = false) {
  return R"({"object": "list", "has_more": )" + std::string(more ? "true" : "false") + R"(, "data": [)" +
         items + "]}";
}
std::string ARefund(const std::string& id, const std::string& reference, const std::string& status) {
  return R"({"id": ")" + id + R"(", "object": "refund", "amount": 5, "status": ")" + status +
         R"(", "metadata": {"reference": ")" + reference + R"("}})";
}

TEST(Stripe, EachAnswer_IsOneOutcome) {
  struct Case {
    int status;
    std::string body;
    std::string expected;
    http::Headers headers = {};
  };
  const std::vector<Case> cases = {
      {200, R"({"id": "pi_1", "object": "payment_intent"})", "done"},
      {200, R"({"id": "re_1", "object": "refund", "payment_intent": "pi_1"})", "done"},
      {200, R"({"id": "pi_1", "object": "payment_intent", "status": "requires_capture"})", "done"},
      {200, R"({"id": "pi_1", "object": "payment_intent", "status": "requires_action"})", "action"},
      {200, R"({"id": "pi_1", "object": "payment_intent", "status": "requires_confirmation"})", "unknown"},
      {200, R"({"id": "pi_1", "object": "payment_intent", "status": "processing"})", "unknown"},
      {200, "{}", "unknown"},
      {200, "not json", "unknown"},
      {402, Error("card_error", "card_declined"), "declined"},
      {400, Error("invalid_request_error", "resource_missing", "payment_method"), "refused"},
      {404, Error("invalid_request_error", "resource_missing", "intent"), "refused"},
      {400, Error("invalid_request_error", ""), "refused"},
      {404, "no such page", "unknown"},
      {400, "", "unknown"},
      {401, Error("invalid_request_error", "api_key_invalid"), "not_done"},
      {403, "", "not_done"},
      {429, Error("invalid_request_error", "rate_limit"), "not_done"},
      {409, Error("idempotency_error", "idempotency_key_in_use"), "unknown"},
      {409, Error("invalid_request_error", "lock_timeout"), "unknown", {{"Stripe-Should-Retry", "true"}}},
      {400, Error("idempotency_error", ""), "unknown"},
      {500, Error("api_error", ""), "error"},
      {500, Error("api_error", ""), "error", {{"Stripe-Should-Retry", "false"}}},
      {500, Error("api_error", ""), "unknown", {{"Stripe-Should-Retry", "true"}}},
      {500, "", "unknown"},
      {502, "<html>", "unknown"},
      {503, "", "unknown"},
  };
  for (const auto& c : cases) {
    With({Says(c.status, c.body, c.headers)}, [&](Fake& fake) -> Task<> {
      const auto result = co_await fake.stripe.Authorize(ACharge(), Soon());
      EXPECT_EQ(Name(result), c.expected) << c.status << ' ' << c.body;
      if (const auto* done = std::get_if<Done>(&result)) EXPECT_EQ(done->authorization, "pi_1");
      if (const auto* declined = std::get_if<Declined>(&result)) EXPECT_EQ(declined->code, "why");
      const auto* refused = std::get_if<Refused>(&result);
      if (refused != nullptr && c.body.contains("payment_method")) EXPECT_EQ(refused->code, kMethodUnknown);
    });
  }
}

// A request in one line, as in MARKET_STRIPE_REQUESTS.
std::string LineOf(const http::Request& request) {
  return request.method + ' ' + request.target + (request.body.empty() ? "" : ' ' + request.body) + '\n';
}

// Every request there is, as tests/clients sends it to stripe-mock, which knows what Stripe accepts.
TEST(Stripe, Requests_AreThoseThatStripeMockIsAsked) {
  std::string asked;
  With({Says(200, AList(""))}, [&](Fake& fake) -> Task<> {
    auto& stripe = fake.stripe;
    co_await stripe.Authorize(ACharge(), Soon());
    auto returning = ACharge();
    returning.return_url = "https://shop.test/orders/o1";
    co_await stripe.Authorize(returning, Soon());
    co_await stripe.Capture(AChange(), Soon());
    co_await stripe.Void(AChange(), Soon());
    co_await stripe.Refund(AChange(), Soon());
    co_await stripe.Find({.reference = "o 1&x", .key = "k1", .authorization = {}}, Soon());
    co_await stripe.Find({.reference = "o1", .key = {}, .authorization = "pi_1"}, Soon());
    const Time since(std::chrono::milliseconds(1'700'000'000'999));
    co_await stripe.List(since, "", Soon());
    co_await stripe.List(since, "pi_1", Soon());
    co_await stripe.List(since, "changes:", Soon());
    co_await stripe.List(since, "changes:evt_1", Soon());
    for (const auto& request : fake.asked) {
      EXPECT_EQ(request.headers.Get("Authorization"), "Bearer sk_test");
      EXPECT_EQ(request.headers.Get("Stripe-Version"), kStripeVersion);
      EXPECT_EQ(request.headers.Find("Idempotency-Key").has_value(), request.method == "POST");
      asked += LineOf(request);
    }
    EXPECT_EQ(fake.asked.at(0).headers.Get("Idempotency-Key"), "k1");
    EXPECT_EQ(fake.asked.at(4).headers.Get("Idempotency-Key"), "k2");
  });
  With({Says(200, AnIntent("pi_1", "k1", "succeeded", 15)),
        Says(200, AList(ARefund("re_1", "s1", "failed"), true)), Says(200, AList(""))},
       [&](Fake& fake) -> Task<> {
         co_await fake.stripe.Find({.reference = "o1", .key = {}, .authorization = "pi_1"}, Soon());
         for (std::size_t i = 1; i < fake.asked.size(); ++i) asked += LineOf(fake.asked[i]);
       });
  With({Says(200, AList(""))}, [&](Fake& fake) -> Task<> {
    co_await fake.stripe.DisputesOf("pi_1", Soon());
    co_await fake.stripe.DisputesSince(Time(std::chrono::milliseconds(1'700'000'000'999)), "du_1", Soon());
    co_await fake.stripe.Submit(
        {.key = "k3", .dispute = "du_1", .text = "it's here", .carrier = "DHL", .tracking_number = "1"},
        Soon());
    for (const auto& request : fake.asked) asked += LineOf(request);
    EXPECT_EQ(fake.asked.at(2).headers.Get("Idempotency-Key"), "k3");
  });
  std::ifstream file(MARKET_STRIPE_REQUESTS);
  const std::string recorded((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(asked, recorded) << "what is written in " << MARKET_STRIPE_REQUESTS;
}

// A PaymentIntent without a charge.
std::string Uncharged(const std::string& status, const std::string& more = "") {
  return R"({"id": "pi_1", "object": "payment_intent", "status": ")" + status +
         R"(", "currency": "eur", "amount_received": 0, "transfer_group": "o1", "created": 1700000001,
          "metadata": {"key": "k1"}, "latest_charge": null)" +
         more + "}";
}
const std::string kRedirect =
    R"(, "next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.test/1"}})";

TEST(Stripe_Action, IsAskedForWhereABrowserIsSent) {
  With({Says(200, Uncharged("requires_action", kRedirect)),
        Says(200, Uncharged("requires_action", R"(, "next_action": {"type": "use_stripe_sdk"})"))},
       [](Fake& fake) -> Task<> {
         const auto asked = std::get<Action>(co_await fake.stripe.Authorize(ACharge(), Soon()));
         EXPECT_EQ(asked.authorization, "pi_1");
         EXPECT_EQ(asked.url, "https://bank.test/1");
         EXPECT_EQ(std::get<Action>(co_await fake.stripe.Authorize(ACharge(), Soon())).url, "");
       });
}

TEST(Stripe_Action, IsFoundByIdWithWhatBecameOfIt) {
  using enum Listed::State;
  const std::string failed = R"(, "last_payment_error": {"code": "payment_intent_authentication_failure"})";
  With({Says(200, Uncharged("requires_action", kRedirect)), Says(200, Uncharged("canceled")),
        Says(200, Uncharged("requires_payment_method", failed)),
        Says(200, Uncharged("requires_payment_method", R"(, "last_payment_error": null)")),
        Says(200, AnIntent("pi_1", "k1", "requires_capture"))},
       [](Fake& fake) -> Task<> {
         const Sought sought{.reference = "o1", .key = {}, .authorization = "pi_1"};
         const auto waits = std::get<Listed>(co_await fake.stripe.Find(sought, Soon()));
         EXPECT_EQ(waits.state, kRequiresAction);
         EXPECT_EQ(waits.action_url, "https://bank.test/1");
         EXPECT_EQ(std::get<Listed>(co_await fake.stripe.Find(sought, Soon())).state, kVoided);
         const auto declined = std::get<Listed>(co_await fake.stripe.Find(sought, Soon()));
         EXPECT_EQ(declined.state, kDeclined);
         EXPECT_EQ(declined.decline_code, "payment_intent_authentication_failure");
         EXPECT_EQ(Name(co_await fake.stripe.Find(sought, Soon())), "absent");
         EXPECT_EQ(std::get<Listed>(co_await fake.stripe.Find(sought, Soon())).state, kAuthorized);
       });
}

// What holds nothing is nobody's money: a restore and the reconciliation leave it alone.
TEST(Stripe_Action, IsNotListed) {
  With({Says(200, AList(Uncharged("requires_action", kRedirect)))}, [](Fake& fake) -> Task<> {
    const auto page = co_await fake.stripe.List(Time(std::chrono::seconds(1'700'000'000)), "", Soon());
    EXPECT_TRUE(std::get<Page>(page).charges.empty());
  });
}

TEST(Stripe_Void, OfWhatWasGivenUpBefore_IsDone) {
  const auto refused = Says(400, Error("invalid_request_error", "payment_intent_unexpected_state"));
  With({refused, Says(200, AnIntent("pi_1", "k1", "canceled"))}, [](Fake& fake) -> Task<> {
    const auto result = co_await fake.stripe.Void(AChange(), Soon());
    EXPECT_EQ(std::get<Done>(result).authorization, "pi_1");
  });
  With({refused, Says(200, AnIntent("pi_1", "k1", "succeeded"))}, [](Fake& fake) -> Task<> {
    EXPECT_EQ(Name(co_await fake.stripe.Void(AChange(), Soon())), "refused");
  });
  With({refused, Says(500, "")}, [](Fake& fake) -> Task<> {
    EXPECT_EQ(Name(co_await fake.stripe.Void(AChange(), Soon())), "refused");
  });
}

TEST(Stripe_Find, ByKey_LooksThroughTheChargesOfTheGroup) {
  const auto first = AList(ACharge("a1", "k1", "requires_payment_method", 0, "failed"), true);
  const auto second =
      AList(ACharge("a2", "k2", "requires_capture") + ',' + ACharge("a3", "k3", "canceled", 30));
  With({Says(200, first)}, [](Fake& fake) -> Task<> {
    const auto found = co_await fake.stripe.Find({"o1", "k1", ""}, Soon());
    EXPECT_EQ(std::get<Listed>(found).state, Listed::State::kDeclined);
    EXPECT_EQ(std::get<Listed>(found).decline_code, "why");
    EXPECT_EQ(fake.asked.size(), 1u);
  });
  With({Says(200, first), Says(200, second)}, [](Fake& fake) -> Task<> {
    const auto found = co_await fake.stripe.Find({"o1", "k2", ""}, Soon());
    EXPECT_EQ(std::get<Listed>(found).authorization, "a2");
    EXPECT_EQ(std::get<Listed>(found).reference, "o1");
    EXPECT_EQ(std::get<Listed>(found).state, Listed::State::kAuthorized);
    EXPECT_TRUE(fake.asked.at(1).target.ends_with("&starting_after=ch_a1"));
  });
  // What is given up is shown as given back; nothing of it was taken.
  With({Says(200, first), Says(200, second)}, [](Fake& fake) -> Task<> {
    const auto found = co_await fake.stripe.Find({"o1", "k3", ""}, Soon());
    EXPECT_EQ(std::get<Listed>(found).state, Listed::State::kVoided);
    EXPECT_EQ(std::get<Listed>(found).refunded_minor, 0);
  });
  With({Says(200, first), Says(200, second)}, [](Fake& fake) -> Task<> {
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await fake.stripe.Find({"o1", "k9", ""}, Soon())));
  });
}

TEST(Stripe_Find, ById_ReadsAllRefundsThatStand) {
  With({Says(200, AnIntent("pi_1", "k1", "succeeded", 15)),
        Says(200, AList(ARefund("re_1", "s1", "succeeded") + ',' + ARefund("re_2", "s2", "failed"), true)),
        Says(200, AList(ARefund("re_3", "s3", "pending")))},
       [](Fake& fake) -> Task<> {
         const auto found = co_await fake.stripe.Find({"o1", "", "pi_1"}, Soon());
         const auto& charge = std::get<Listed>(found);
         EXPECT_EQ(charge.state, Listed::State::kCaptured);
         EXPECT_EQ(charge.captured, (Money{30, kEuro}));
         EXPECT_EQ(charge.refunded_minor, 15);
         EXPECT_EQ(charge.refunds.size(), 2u);
         EXPECT_EQ(charge.refunds.at(1).reference, "s3");
         EXPECT_TRUE(fake.asked.at(2).target.ends_with("&starting_after=re_2"));
       });
  With({Says(404, Error("invalid_request_error", "resource_missing"))}, [](Fake& fake) -> Task<> {
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await fake.stripe.Find({"o1", "", "pi_9"}, Soon())));
    // A list is never missing.
    EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.Find({"o1", "k1", ""}, Soon())));
  });
}

TEST(Stripe_Find, WhatIsNoAnswer_DecidesNothing) {
  const std::pair<int, std::string> no_answers[] = {{500, ""},
                                                    {200, ""},
                                                    {200, "{}"},
                                                    {404, "<html>"},
                                                    {200, AList(R"({"id": "ch_1"})")},
                                                    {200, AnIntent("pi_1", "k1", "processing")},
                                                    {200, AList(ACharge("a1", "k1", "processing"))},
                                                    {401, Error("invalid_request_error", "")}};
  for (const auto& [status, text] : no_answers) {
    With({Says(status, text)}, [&](Fake& fake) -> Task<> {
      EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.Find({"o1", "k1", ""}, Soon())))
          << text;
      EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.Find({"o1", "", "pi_1"}, Soon())))
          << text;
    });
  }
  // The second question of one, too.
  With({Says(200, AnIntent("pi_1", "k1", "succeeded", 5)), Says(500, "")}, [](Fake& fake) -> Task<> {
    EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.Find({"o1", "", "pi_1"}, Soon())));
  });
}

TEST(Stripe_List, IsWhatWasMadeThenWhatChanged) {
  const Time since(std::chrono::milliseconds(1'700'000'000'999));
  const auto foreign = R"({"id": "pi_b", "currency": "brl", "status": "succeeded", "latest_charge": {}})";
  const auto bare =
      R"({"id": "pi_c", "currency": "eur", "status": "requires_action", "latest_charge": null})";
  With({Says(200, AList(AnIntent("pi_a", "k1", "succeeded") + ',' + foreign + ',' + bare, true)),
        Says(200, AList(AnIntent("pi_d", "k1", "requires_capture")))},
       [&](Fake& fake) -> Task<> {
         const auto listed = co_await fake.stripe.List(since, "", Soon());
         EXPECT_EQ(std::get<Page>(listed).charges.size(), 1u);
         EXPECT_EQ(std::get<Page>(listed).next, "pi_c");
         const auto more = co_await fake.stripe.List(since, "pi_c", Soon());
         EXPECT_EQ(std::get<Page>(more).next, "changes:");
       });
  const auto event = [](const std::string& id, const std::string& object) {
    return R"({"id": ")" + id + R"(", "data": {"object": )" + object + "}}";
  };
  const auto old = R"({"object": "charge", "id": "ch_1", "created": 1600000000, "payment_intent": "pi_old"})";
  const auto refund =
      R"({"object": "refund", "id": "re_1", "created": 1700000009, "payment_intent": "pi_old"})";
  With({Says(200, AList(event("evt_3", AnIntent("pi_new", "k", "succeeded")) + ',' + event("evt_2", old) +
                            ',' + event("evt_1", refund),
                        true)),
        Says(200, AnIntent("pi_old", "k1", "requires_capture"))},
       [&](Fake& fake) -> Task<> {
         const auto listed = co_await fake.stripe.List(since, "changes:", Soon());
         EXPECT_EQ(std::get<Page>(listed).charges.size(), 1u);
         EXPECT_EQ(std::get<Page>(listed).next, "changes:evt_1");
         EXPECT_EQ(fake.asked.size(), 2u);
       });
  const std::pair<int, std::string> no_lists[] = {
      {500, ""}, {200, "{}"}, {200, AList("", true)}, {200, AList(R"({"id": "a1"})")}};
  for (const auto& [status, text] : no_lists) {
    With({Says(status, text)}, [&](Fake& fake) -> Task<> {
      for (const auto* after : {"", "changes:"}) {
        EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.List(since, after, Soon()))) << text;
      }
    });
  }
}

TEST(Stripe, WithoutAProvider_NothingIsDone) {
  testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    std::string address;
    {
      http::Server gone(io, {}, [](http::Request&) -> Task<http::Response> { co_return http::Response{}; });
      address = gone.Listen("127.0.0.1:0");
    }
    http::Client client(io, "http://" + address);
    Guard guard({});
    Stripe provider(client, guard, "sk_test");
    EXPECT_EQ(Name(co_await provider.Authorize(ACharge(), Soon())), "not_done");
    EXPECT_TRUE(std::holds_alternative<Unknown>(co_await provider.Find({}, Soon())));
  });
}

TEST(Stripe_Guard, WhatIsTooMuchIsNotSent) {
  With({Says(200, R"({"id": "pi_1"})")},
       [](Fake& fake) -> Task<> {
         std::vector<std::string> told;
         fake.guard.OnTurnedAway([&](std::string_view why) { told.emplace_back(why); });
         for (int i = 0; i < 2; ++i)
           EXPECT_EQ(Name(co_await fake.stripe.Authorize(ACharge(), Soon())), "done");
         const auto third = co_await fake.stripe.Authorize(ACharge(), Soon());
         EXPECT_EQ(std::get<NotDone>(third).why, "not sent: quota");
         EXPECT_TRUE(std::holds_alternative<Unknown>(co_await fake.stripe.Find({"o1", "k1", ""}, Soon())));
         EXPECT_EQ(fake.asked.size(), 2u);
         EXPECT_EQ(told, (std::vector<std::string>{"quota", "quota"}));
       },
       {.requests_per_s = 2, .breaker = {}});
}

TEST(Stripe_Guard, WhoFailsIsLeftAloneForAWhile_ADeclineIsNoFailure) {
  const Guard::Options options{.breaker = {.min_calls = 4, .open_for = 1h}};
  With(
      {Says(402, Error("card_error", "card_declined"))},
      [](Fake& fake) -> Task<> {
        for (int i = 0; i < 6; ++i)
          EXPECT_EQ(Name(co_await fake.stripe.Authorize(ACharge(), Soon())), "declined");
      },
      options);
  With(
      {Says(500, Error("api_error", ""))},
      [](Fake& fake) -> Task<> {
        int state = 0;
        fake.guard.OnChange([&](auto changed) { state = static_cast<int>(changed); });
        for (int i = 0; i < 4; ++i)
          EXPECT_EQ(Name(co_await fake.stripe.Authorize(ACharge(), Soon())), "error");
        const auto next = co_await fake.stripe.Authorize(ACharge(), Soon());
        EXPECT_EQ(std::get<NotDone>(next).why, "not sent: breaker");
        EXPECT_EQ(state, 1);
        EXPECT_EQ(fake.asked.size(), 4u);
      },
      options);
}

}  // namespace
}  // namespace market::payment::provider
