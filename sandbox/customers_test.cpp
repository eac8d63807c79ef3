#include "sandbox/testing/shop.hpp"

namespace market::sandbox {
namespace {

TEST(Sandbox_Customers, PayAgainWithWhatTheySaved) {
  WithShop([](Shop& shop) -> Task<> {
    const auto customer = IdIn(co_await shop.Post("/v1/customers", NewKey(), "metadata[account]=a1"));
    EXPECT_EQ((co_await shop.Get("/v1/customers/" + customer)).at("metadata").at("account").as_string(),
              "a1");
    const auto save = [&](std::string method, std::string whose) {
      return shop.Post("/v1/setup_intents", NewKey(),
                       "confirm=true&customer=" + whose + "&payment_method=" + method);
    };
    const auto setup = co_await save("pm_card_visa", customer);
    EXPECT_EQ(In(setup).at("status").as_string(), "succeeded");
    const std::string method(In(setup).at("payment_method").as_string());
    EXPECT_EQ((co_await shop.Get("/v1/setup_intents/" + IdIn(setup))).at("payment_method").as_string(),
              method);
    EXPECT_EQ((co_await save("pm_card_visa_chargeDeclined", customer)).status, 402);
    EXPECT_EQ(CodeIn(co_await save("pm_card_visa", "cus_1")), "resource_missing");
    EXPECT_EQ(CodeIn(co_await save("pm_none", customer)), "resource_missing");

    const auto pay = [&](std::string whose) {
      return shop.Authorize(NewKey(), NewKey(), method, 10, "&capture_method=manual" + whose);
    };
    const auto paid = co_await pay("&customer=" + customer);
    EXPECT_EQ(In(paid).at("payment_method").as_string(), method);
    EXPECT_EQ(In(paid).at("customer").as_string(), customer);
    EXPECT_EQ((co_await shop.Post(At(IdIn(paid), "capture"), NewKey(), "")).status, 200);
    // Nobody else's.
    EXPECT_EQ(CodeIn(co_await pay("")), "resource_missing");
    const auto other = IdIn(co_await shop.Post("/v1/customers", NewKey(), ""));
    EXPECT_EQ(CodeIn(co_await pay("&customer=" + other)), "resource_missing");
    const auto nobody = "&customer=" + IdOf("cus_", Uuid::NewV7());
    EXPECT_EQ(CodeIn(co_await shop.Authorize(NewKey(), "r", "pm_card_visa", 1, nobody)), "resource_missing");
    const auto all = co_await shop.Get("/v1/customers/" + customer + "/payment_methods");
    EXPECT_EQ(all.at("data").as_array().size(), 1u);
    EXPECT_EQ(all.at("data").at(0).at("id").as_string(), method);

    EXPECT_EQ((co_await shop.Post("/v1/payment_methods/" + method + "/detach", NewKey(), "")).status, 200);
    EXPECT_EQ((co_await shop.Post("/v1/payment_methods/" + method + "/detach", NewKey(), "")).status, 400);
    EXPECT_TRUE((co_await shop.Get("/v1/payment_methods/" + method)).at("customer").is_null());
    EXPECT_EQ(CodeIn(co_await pay("&customer=" + customer)), "resource_missing");
  });
}

}  // namespace
}  // namespace market::sandbox
