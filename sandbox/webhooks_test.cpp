#include "sandbox/webhooks.hpp"

#include "sandbox/testing/shop.hpp"

namespace market::sandbox {
namespace {

// Takes webhooks as a test says, and keeps what came.
struct Listener {
  explicit Listener(boost::asio::io_context& io)
      : server(io, {},
               [this](http::Request& request) -> Task<http::Response> {
                 came.push_back(request);
                 co_return http::Response{.status = status, .headers = {}, .body = {}};
               }),
        client(io, "http://" + server.Listen("127.0.0.1:0")) {}

  int status = 204;
  std::vector<http::Request> came;
  http::Server server;
  http::Client client;
};

void ForgetHappenings() { Disk().Execute("UPDATE happening SET deliver_at = NULL"); }
void AllDue() {
  Disk().Execute("UPDATE happening SET deliver_at = market_now() WHERE deliver_at IS NOT NULL");
}

TEST(Sandbox_Webhooks, AreSignedAndSentUntilTheyAreTaken) {
  WithShop(
      [](Shop& shop) -> Task<> {
        Listener listener(shop.Io());
        Webhooks webhooks(shop.database, listener.client, {.path = "/hooks", .secret = "whsec_one"});
        ForgetHappenings();
        const auto id = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
        listener.status = 503;
        EXPECT_EQ(co_await webhooks.SendDue(), 1u);
        EXPECT_EQ(co_await webhooks.SendDue(), 0u);
        AllDue();
        listener.status = 204;
        EXPECT_EQ(co_await webhooks.SendDue(), 1u);
        AllDue();
        EXPECT_EQ(co_await webhooks.SendDue(), 0u);
        EXPECT_EQ(listener.came.size(), 2u);
        const auto& request = listener.came.at(1);
        EXPECT_EQ(request.target, "/hooks");
        const auto signature = request.headers.Get("Stripe-Signature");
        const auto time = std::stoll(std::string(signature.substr(2)));
        EXPECT_EQ(signature, WebhookSignature(request.body, "whsec_one", time));
        const auto event = boost::json::parse(request.body).as_object();
        EXPECT_EQ(event.at("type").as_string(), "payment_intent.amount_capturable_updated");
        EXPECT_EQ(event.at("data").at("object").at("id").as_string(), id);
        EXPECT_EQ(event.at("id").as_string(),
                  boost::json::parse(listener.came.at(0).body).at("id").as_string());
        co_await listener.server.Drain(Soon());
      },
      {.webhooks = true});
}

TEST(Sandbox_Webhooks, WhenNobodyWantsThem_NoneWait) {
  WithShop([](Shop& shop) -> Task<> {
    ForgetHappenings();
    co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa");
    EXPECT_EQ(Disk().Execute("SELECT count(*) FROM happening WHERE deliver_at IS NOT NULL"), "0");
  });
}

TEST(Sandbox_Webhooks, GoWrongAsTheyAreAskedTo) {
  EXPECT_THROW(ChaosIn({"shuffled", "eaten"}), std::invalid_argument);
  WithShop(
      [](Shop& shop) -> Task<> {
        Listener listener(shop.Io());
        constexpr int kEvents = 60;
        const auto run = [&](Chaos chaos) -> Task<> {
          Webhooks webhooks(shop.database, listener.client, {.path = "/", .secret = "s", .chaos = chaos});
          ForgetHappenings();
          listener.came.clear();
          for (int i = 0; i < kEvents; ++i) co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa");
          while (co_await webhooks.SendDue() > 0) {
          }
        };
        const auto ids = [&] {
          std::vector<std::string> found;
          for (const auto& request : listener.came)
            found.emplace_back(boost::json::parse(request.body).at("id").as_string());
          return found;
        };
        co_await run({});
        EXPECT_TRUE(std::ranges::is_sorted(ids()));
        EXPECT_EQ(listener.came.size(), 60u);
        co_await run({.shuffled = true});
        EXPECT_FALSE(std::ranges::is_sorted(ids()));
        co_await run({.repeated = true});
        EXPECT_GT(listener.came.size(), 60u);
        co_await run({.lost = true});
        EXPECT_LT(listener.came.size(), 60u);
        EXPECT_EQ(Disk().Execute("SELECT count(*) FROM happening WHERE deliver_at IS NOT NULL"), "0");
        co_await run({.late = true});
        EXPECT_LT(listener.came.size(), 60u);
        EXPECT_NE(Disk().Execute("SELECT count(*) FROM happening WHERE deliver_at > market_now()"), "0");
        co_await listener.server.Drain(Soon());
      },
      {.webhooks = true});
}

}  // namespace
}  // namespace market::sandbox
