#include "sandbox/confirmation.hpp"

#include <gtest/gtest.h>

#include "sandbox/testing/shop.hpp"

namespace market::sandbox {
namespace {

constexpr auto kAsksOwner = "pm_card_threeDSecure2Required";
constexpr auto kWithReturn = "&capture_method=manual&return_url=https%3A%2F%2Fshop.test%2Forders%2F1";

// Where the browser of its owner is sent.
std::string BankOf(const object& intent) {
  const auto& next = intent.at("next_action").as_object();
  EXPECT_EQ(next.at("type"), "redirect_to_url");
  const std::string url(next.at("redirect_to_url").as_object().at("url").as_string());
  return url.substr(url.find("/3d_secure/"));
}

// As a browser does it: without a key.
Task<http::Response> Click(Shop& shop, std::string page, std::string outcome) {
  return shop.Post(std::move(page), "", "outcome=" + outcome, {});
}

Task<std::string> IntentStatusOf(Shop& shop, std::string id) {
  co_return std::string((co_await shop.Get("/v1/payment_intents/" + id)).at("status").as_string());
}

TEST(Confirmation, IsAskedForAndTaken) {
  WithShop([](Shop& shop) -> Task<> {
    const auto order = NewKey();
    const auto intent = In(co_await shop.Authorize(NewKey(), order, kAsksOwner, 1000, kWithReturn));
    const std::string id(intent.at("id").as_string());
    EXPECT_EQ(intent.at("status"), "requires_action");
    EXPECT_TRUE(intent.at("latest_charge").is_null());
    EXPECT_TRUE((co_await shop.Charges(order)).empty()) << "there is no charge before it is confirmed";
    const auto page = BankOf(intent);
    const auto shown = co_await shop.Send("GET", page);
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.body.contains("1000 EUR")) << shown.body;
    EXPECT_EQ((co_await shop.Post(At(id, "capture"), NewKey(), "")).status, 400);

    const auto sent = co_await Click(shop, page, "complete");
    EXPECT_EQ(sent.status, 303);
    EXPECT_EQ(sent.headers.Get("Location"),
              "https://shop.test/orders/1?payment_intent=" + id + "&redirect_status=succeeded");
    EXPECT_EQ(co_await IntentStatusOf(shop, id), "requires_capture");
    EXPECT_EQ((co_await shop.Charges(order)).size(), 1u);
    // A second click, and one who thinks better of it.
    EXPECT_EQ((co_await Click(shop, page, "complete")).status, 303);
    EXPECT_EQ((co_await Click(shop, page, "fail")).headers.Get("Location"), sent.headers.Get("Location"));
    EXPECT_EQ((co_await shop.Send("GET", page)).status, 409);
    EXPECT_EQ((co_await shop.Post(At(id, "capture"), NewKey(), "")).status, 200);
  });
}

TEST(Confirmation, MayFail) {
  WithShop([](Shop& shop) -> Task<> {
    struct Case {
      std::string method, outcome, code;
      std::size_t charges;
    };
    for (const auto& c :
         {Case{kAsksOwner, "fail", "payment_intent_authentication_failure", 0},
          Case{"pm_card_threeDSecureRequiredChargeDeclined", "complete", "card_declined", 1}}) {
      const auto order = NewKey();
      const auto intent = In(co_await shop.Authorize(NewKey(), order, c.method, 1000, kWithReturn));
      const auto sent = co_await Click(shop, BankOf(intent), c.outcome);
      EXPECT_TRUE(sent.headers.Get("Location").ends_with("redirect_status=failed"));
      const auto now = co_await shop.Get("/v1/payment_intents/" + std::string(intent.at("id").as_string()));
      EXPECT_EQ(now.at("status"), "requires_payment_method");
      EXPECT_EQ(now.at("last_payment_error").as_object().at("code").as_string(), c.code);
      EXPECT_EQ((co_await shop.Charges(order)).size(), c.charges);
    }
  });
}

TEST(Confirmation, IsNotTakenOnceItWasCanceled) {
  WithShop([](Shop& shop) -> Task<> {
    const auto intent = In(co_await shop.Authorize(NewKey(), NewKey(), kAsksOwner, 1000, kWithReturn));
    const std::string id(intent.at("id").as_string());
    EXPECT_EQ((co_await shop.Post(At(id, "cancel"), NewKey(), "")).status, 200);
    const auto late = co_await Click(shop, BankOf(intent), "complete");
    EXPECT_EQ(late.status, 409);
    EXPECT_TRUE(late.body.contains("https://shop.test/orders/1?")) << late.body;
    EXPECT_EQ(co_await IntentStatusOf(shop, id), "canceled");
  });
}

TEST(Confirmation, IsADeclineWhereNobodyCanBeAsked) {
  WithShop([](Shop& shop) -> Task<> {
    for (const std::string more : {"&error_on_requires_action=true", "&off_session=true"}) {
      const auto refused = co_await shop.Authorize(NewKey(), NewKey(), kAsksOwner, 1000, more);
      EXPECT_EQ(refused.status, 402);
      EXPECT_EQ(CodeIn(refused), "authentication_required");
    }
    const auto nowhere = In(co_await shop.Authorize(NewKey(), NewKey(), kAsksOwner));
    EXPECT_EQ(nowhere.at("next_action").as_object().at("type"), "use_stripe_sdk");
  });
}

TEST(Confirmation, IsOfAPaymentAndOneOfTwoAnswers) {
  WithShop([](Shop& shop) -> Task<> {
    const auto page = BankOf(In(co_await shop.Authorize(NewKey(), NewKey(), kAsksOwner, 1000, kWithReturn)));
    for (const std::string no :
         {"/3d_secure/pi_1", "/3d_secure/", "/3d_secure/pi_00000000000000000000000000000000"}) {
      EXPECT_EQ((co_await shop.Send("GET", no)).status, 404) << no;
      EXPECT_EQ((co_await Click(shop, no, "complete")).status, 404) << no;
    }
    EXPECT_EQ((co_await Click(shop, page, "perhaps")).status, 400);
    EXPECT_EQ((co_await shop.Send("DELETE", page)).status, 405);
    EXPECT_EQ((co_await shop.Send("GET", page)).status, 200);
  });
}

TEST(Confirmation, IsWhereBrowsersReachTheSandbox) {
  WithShop(
      [](Shop& shop) -> Task<> {
        const auto intent = In(co_await shop.Authorize(NewKey(), NewKey(), kAsksOwner, 1000, kWithReturn));
        const auto& next = intent.at("next_action").as_object().at("redirect_to_url").as_object();
        EXPECT_EQ(next.at("url").as_string(),
                  "http://localhost:8026/3d_secure/" + std::string(intent.at("id").as_string()));
      },
      {.public_url = "http://localhost:8026"});
}

}  // namespace
}  // namespace market::sandbox
