// What moves money, and what is shown of it.
#include "sandbox/testing/shop.hpp"

namespace market::sandbox {
namespace {

TEST(Sandbox_Form, ReadsBracketsAndRefusesWhatIsBroken) {
  const auto form =
      Form::Parse("a=1&metadata[k%20x]=v+w&metadata[l]=&expand[]=p&expand[1]=q&created%5Bgte%5D=7");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->Int("a"), 1);
  EXPECT_EQ(form->Group("metadata").at("k x").as_string(), "v w");
  EXPECT_EQ(form->Listed("expand"), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(form->Int("created[gte]"), 7);
  EXPECT_EQ(form->Int("metadata"), std::nullopt);
  EXPECT_EQ(form->Beyond({"a", "metadata", "expand"}), "created[gte]");
  EXPECT_EQ(form->Beyond({"a", "metadata", "expand", "created"}), std::nullopt);
  for (const auto* broken : {"a=%", "a=%2", "a=%zz", "%g0=1"}) EXPECT_FALSE(Form::Parse(broken)) << broken;
}

TEST(Sandbox_Ids, AreStripesPrefixAndOurs) {
  const auto id = Uuid::NewV7();
  EXPECT_EQ(UuidOf("pi_", IdOf("pi_", id)), id);
  EXPECT_EQ(IdOf("pi_", id).size(), 35u);
  for (const auto* none : {"", "pi_", "ch_0190aaaaaaaa7aaaaaaaaaaaaaaaaaaaaa", "pi_0190"})
    EXPECT_EQ(UuidOf("pi_", none), std::nullopt);
}

TEST(Sandbox_Intents, AreMadeOnceAKey) {
  WithShop([](Shop& shop) -> Task<> {
    const auto key = NewKey();
    const auto reference = NewKey();
    const auto first = co_await shop.Authorize(key, reference, "pm_card_visa");
    const auto again = co_await shop.Authorize(key, reference, "pm_card_visa");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.headers.Get("Idempotent-Replayed"), "");
    EXPECT_TRUE(first.headers.Get("Request-Id").starts_with("req_"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers.Get("Idempotent-Replayed"), "true");
    const auto other = co_await shop.Authorize(key, reference, "pm_card_visa", 999);
    EXPECT_EQ(other.status, 400);
    EXPECT_EQ(TypeIn(other), "idempotency_error");
    const auto charges = co_await shop.Charges(reference);
    EXPECT_EQ(charges.size(), 1u);
    EXPECT_EQ(charges.at(0).at("payment_intent").as_string(), IdIn(first));
    const auto intent = co_await shop.Get("/v1/payment_intents/" + IdIn(first) + "?expand[]=latest_charge");
    EXPECT_EQ(intent.at("status").as_string(), "requires_capture");
    EXPECT_EQ(intent.at("currency").as_string(), "eur");
    EXPECT_EQ(intent.at("metadata").at("reference").as_string(), reference);
    EXPECT_EQ(intent.at("latest_charge").at("captured").as_bool(), false);
  });
}

TEST(Sandbox_Intents, AfterADayAKeyIsANewRequest) {
  WithShop([](Shop& shop) -> Task<> {
    const auto key = NewKey();
    const auto reference = NewKey();
    const auto first = co_await shop.Authorize(key, reference, "pm_card_visa");
    Disk().Execute(
        "UPDATE answer SET created_at = market_now() - interval '23 hours' WHERE idempotency_key = '" + key +
        "'");
    EXPECT_EQ((co_await shop.Authorize(key, reference, "pm_card_visa")).body, first.body);
    Disk().Execute(
        "UPDATE answer SET created_at = market_now() - interval '25 hours' WHERE idempotency_key = '" + key +
        "'");
    const auto second = co_await shop.Authorize(key, reference, "pm_card_visa");
    EXPECT_NE(IdIn(second), IdIn(first));
    EXPECT_EQ((co_await shop.Authorize(key, reference, "pm_card_visa")).body, second.body);
    // Without a key each is its own.
    EXPECT_NE(IdIn(co_await shop.Authorize("", reference, "pm_card_visa")),
              IdIn(co_await shop.Authorize("", reference, "pm_card_visa")));
    EXPECT_EQ((co_await shop.Charges(reference)).size(), 4u);
  });
}

TEST(Sandbox_Intents, TwinsAtOnceAreOne) {
  WithShop([](Shop& shop) -> Task<> {
    const auto key = NewKey();
    const auto reference = NewKey();
    runtime::TaskGroup twins(co_await boost::asio::this_coro::executor, Unexpected);
    std::vector<std::string> bodies;
    auto run = [&]() -> Task<> {
      const auto answer = co_await shop.Authorize(key, reference, "pm_card_visa");
      EXPECT_EQ(answer.status, 200) << answer.body;
      bodies.push_back(answer.body);
    };
    for (int i = 0; i < 8; ++i) twins.Spawn("twin", run());
    co_await twins.Join(Soon());
    EXPECT_EQ(bodies.size(), 8u);
    for (const auto& body : bodies) EXPECT_EQ(body, bodies[0]);
    EXPECT_EQ((co_await shop.Charges(reference)).size(), 1u);
  });
}

TEST(Sandbox_Intents, AreDeclined) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const auto declined = co_await shop.Authorize(NewKey(), reference, "pm_card_visa_chargeDeclined");
    EXPECT_EQ(declined.status, 402);
    const auto error = ErrorIn(declined);
    EXPECT_EQ(error.at("type").as_string(), "card_error");
    EXPECT_EQ(error.at("code").as_string(), "card_declined");
    EXPECT_EQ(error.at("decline_code").as_string(), "generic_decline");
    EXPECT_EQ(error.at("payment_intent").at("status").as_string(), "requires_payment_method");
    const auto poor =
        co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa_chargeDeclinedInsufficientFunds");
    EXPECT_EQ(ErrorIn(poor).at("decline_code").as_string(), "insufficient_funds");
    const auto charges = co_await shop.Charges(reference);
    EXPECT_EQ(charges.at(0).at("status").as_string(), "failed");
    EXPECT_EQ(charges.at(0).at("paid").as_bool(), false);
  });
}

TEST(Sandbox_Door, RefusesWhatStripeRefuses) {
  WithShop([](Shop& shop) -> Task<> {
    const auto unknown = co_await shop.Authorize(NewKey(), NewKey(), "pm_nobody_has");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(CodeIn(unknown), "resource_missing");
    EXPECT_EQ(ErrorIn(unknown).at("param").as_string(), "payment_method");
    EXPECT_EQ(CodeIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa", 0)),
              "parameter_invalid_integer");
    EXPECT_EQ(CodeIn(co_await shop.Authorize(NewKey(), "r", "pm_card_visa", 1, "&colour=red")),
              "parameter_unknown");
    const std::string rest = "&confirm=true&payment_method=pm_card_visa";
    for (const auto* wrong : {"amount=1&currency=EUR", "amount=1&currency=euro", "amount=1.0&currency=eur",
                              "currency=eur", "amount=1&currency=eur&capture_method=later"}) {
      EXPECT_EQ((co_await shop.Post("/v1/payment_intents", NewKey(), wrong + rest)).status, 400) << wrong;
    }
    EXPECT_EQ((co_await shop.Post("/v1/payment_intents", NewKey(),
                                  "amount=1&currency=eur&payment_method=pm_card_visa"))
                  .status,
              400);
    EXPECT_EQ((co_await shop.Post("/v1/payment_intents", NewKey(), "amount=%")).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/payment_intents", std::string(256, 'k'), "amount=1")).status, 400);
    EXPECT_EQ(
        (co_await shop.Post("/v1/refunds", NewKey(), "", {{"Authorization", "Bearer sk_wrong"}})).status,
        401);
    const http::Headers version{{"Authorization", "Bearer sk_test"}, {"Stripe-Version", "newest"}};
    EXPECT_EQ((co_await shop.Post("/v1/refunds", NewKey(), "", version)).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/nothing", NewKey(), "")).status, 404);
    for (const auto* missing : {"/v1/payment_intents/pi_1", "/v1/charges/ch_1", "/v1/refunds/re_1"})
      EXPECT_EQ(CodeIn(co_await shop.Send("GET", missing)), "resource_missing");
    for (const auto* wrong : {"limit=0", "limit=101", "limit=x", "starting_after=pi_1", "colour=red"})
      EXPECT_EQ((co_await shop.Send("GET", "/v1/payment_intents?" + std::string(wrong))).status, 400)
          << wrong;
    EXPECT_EQ((co_await shop.Send("DELETE", "/v1/payment_intents")).status, 404);
  });
}

TEST(Sandbox_Errors, AreKeptUnderTheirKeys) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const std::array keys = {NewKey(), NewKey(), NewKey()};
    for (int i = 0; i < 2; ++i) {
      for (int repeat = 0; repeat < 2; ++repeat) {
        const auto answer = co_await shop.Authorize(keys[static_cast<std::size_t>(i)], reference,
                                                    "pm_sandbox_error_then_authorized");
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(TypeIn(answer), "api_error");
        EXPECT_EQ(answer.headers.Get("Stripe-Should-Retry"), "false");
        EXPECT_EQ(answer.headers.Get("Idempotent-Replayed"), repeat == 0 ? "" : "true");
      }
    }
    EXPECT_EQ((co_await shop.Authorize(keys[2], reference, "pm_sandbox_error_then_authorized")).status, 200);
    EXPECT_EQ((co_await shop.Authorize(keys[0], reference, "pm_sandbox_error_then_authorized")).status, 500);
  });
}

TEST(Sandbox_Timeouts, AreDoneBeforeTheyAreAnswered) {
  WithShop(
      [](Shop& shop) -> Task<> {
        const auto key = NewKey();
        const auto reference = NewKey();
        runtime::TaskGroup late(co_await boost::asio::this_coro::executor, Unexpected);
        int status = 0;
        auto run = [&]() -> Task<> {
          status = (co_await shop.Authorize(key, reference, "pm_sandbox_timeout_declined")).status;
        };
        late.Spawn("late", run());
        boost::json::array found;
        while (found.empty()) found = co_await shop.Charges(reference);
        EXPECT_EQ(found.at(0).at("status").as_string(), "failed");
        EXPECT_EQ(status, 0);
        const auto twin = co_await shop.Authorize(key, reference, "pm_sandbox_timeout_declined");
        EXPECT_EQ(twin.status, 409);
        EXPECT_EQ(CodeIn(twin), "idempotency_key_in_use");
        EXPECT_EQ(twin.headers.Get("Stripe-Should-Retry"), "true");
        co_await late.Join(Soon());
        EXPECT_EQ(status, 402);
      },
      {.timeout_hold = 500ms});
}

TEST(Sandbox_Money, NeverExceedsWhatWasAuthorizedOrCaptured) {
  WithShop([](Shop& shop) -> Task<> {
    const auto id = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    const auto refund = [&](std::string amount, std::string reference) {
      return shop.Post("/v1/refunds", NewKey(),
                       "payment_intent=" + id + "&amount=" + amount + "&metadata[reference]=" + reference);
    };
    EXPECT_EQ(CodeIn(co_await refund("1", "r")), "payment_intent_unexpected_state");
    EXPECT_EQ(CodeIn(co_await shop.Post(At(id, "capture"), NewKey(), "amount_to_capture=1001")),
              "amount_too_large");
    const auto key = NewKey();
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto captured = co_await shop.Post(At(id, "capture"), key, "amount_to_capture=1000");
      EXPECT_EQ(In(captured).at("status").as_string(), "succeeded");
    }
    EXPECT_EQ((co_await shop.Post(At(id, "capture"), NewKey(), "")).status, 400);
    EXPECT_EQ((co_await shop.Post(At(id, "cancel"), NewKey(), "")).status, 400);
    EXPECT_EQ((co_await refund("600", "a")).status, 200);
    EXPECT_EQ((co_await refund("401", "b")).status, 400);
    EXPECT_EQ((co_await refund("400", "c")).status, 200);
    EXPECT_EQ(CodeIn(co_await refund("1", "d")), "charge_already_refunded");

    const auto first = co_await shop.Get("/v1/refunds?limit=1&payment_intent=" + id);
    EXPECT_EQ(first.at("data").at(0).at("metadata").at("reference").as_string(), "c");
    EXPECT_TRUE(first.at("has_more").as_bool());
    const auto after = std::string(first.at("data").at(0).at("id").as_string());
    const auto second =
        co_await shop.Get("/v1/refunds?limit=1&payment_intent=" + id + "&starting_after=" + after);
    EXPECT_EQ(second.at("data").at(0).at("amount").as_int64(), 600);
    EXPECT_FALSE(second.at("has_more").as_bool());
    std::vector<std::int64_t> moved;
    const auto movements = co_await shop.Get("/v1/balance_transactions?expand[]=data.source");
    for (const auto& movement : movements.at("data").as_array()) {
      if (movement.at("source").at("payment_intent").as_string() == id)
        moved.push_back(movement.at("amount").as_int64());
    }
    EXPECT_EQ(moved, (std::vector<std::int64_t>{-400, -600, 1000}));
    const auto intent = co_await shop.Get("/v1/payment_intents/" + id + "?expand[]=latest_charge.refunds");
    EXPECT_EQ(intent.at("amount_received").as_int64(), 1000);
    EXPECT_TRUE(intent.at("latest_charge").at("refunded").as_bool());
    EXPECT_EQ(intent.at("latest_charge").at("refunds").at("data").as_array().size(), 2u);
  });
}

TEST(Sandbox_Money, IsTakenAtOnceWhereNobodyCaptures) {
  WithShop([](Shop& shop) -> Task<> {
    const auto made = co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa", 70, "");
    EXPECT_EQ(In(made).at("status").as_string(), "succeeded");
    EXPECT_EQ(In(made).at("capture_method").as_string(), "automatic");
    const auto all = co_await shop.Get("/v1/balance_transactions?limit=1&expand[]=data.source");
    EXPECT_EQ(all.at("data").at(0).at("source").at("payment_intent").as_string(), IdIn(made));
    EXPECT_EQ(all.at("data").at(0).at("net").as_int64(), 70);
  });
}

TEST(Sandbox_Cancel, EndsAHoldThatIsNotCaptured) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const auto id = IdIn(co_await shop.Authorize(NewKey(), reference, "pm_card_visa"));
    const auto key = NewKey();
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto ended = co_await shop.Post(At(id, "cancel"), key, "");
      EXPECT_EQ(In(ended).at("status").as_string(), "canceled");
    }
    EXPECT_EQ(CodeIn(co_await shop.Post(At(id, "cancel"), NewKey(), "")), "payment_intent_unexpected_state");
    EXPECT_EQ((co_await shop.Post(At(id, "capture"), NewKey(), "")).status, 400);
    EXPECT_EQ((co_await shop.Post(At("none", "cancel"), NewKey(), "")).status, 404);
    // A hold that is given up is shown as given back, though nothing was taken.
    const auto charges = co_await shop.Charges(reference);
    EXPECT_TRUE(charges.at(0).at("refunded").as_bool());
    EXPECT_FALSE(charges.at(0).at("captured").as_bool());
  });
}

TEST(Sandbox_Lists, ArePagesNewestFirst) {
  WithShop([](Shop& shop) -> Task<> {
    const auto held = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    const auto taken = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    Disk().Execute(
        "UPDATE card_authorization SET created_at = '2001-01-01Z'; UPDATE happening SET created_at = "
        "'2001-01-01Z'");
    const std::string since = "created[gte]=1000000000";  // 2001-09-09
    EXPECT_TRUE((co_await shop.Get("/v1/payment_intents?" + since)).at("data").as_array().empty());
    const auto page = co_await shop.Get("/v1/payment_intents?limit=1&created[lt]=1000000000");
    EXPECT_EQ(page.at("data").at(0).at("id").as_string(), taken);
    EXPECT_TRUE(page.at("has_more").as_bool());
    const auto next = co_await shop.Get("/v1/payment_intents?limit=1&starting_after=" + taken);
    EXPECT_EQ(next.at("data").at(0).at("id").as_string(), held);

    co_await shop.Post(At(held, "cancel"), NewKey(), "");
    co_await shop.Post(At(taken, "capture"), NewKey(), "");
    co_await shop.Post("/v1/refunds", NewKey(), "amount=7&payment_intent=" + taken);
    const auto events = (co_await shop.Get("/v1/events?" + since)).at("data").as_array();
    std::vector<std::string> types;
    for (const auto& event : events) types.emplace_back(event.at("type").as_string());
    EXPECT_EQ(types, (std::vector<std::string>{"charge.refunded", "payment_intent.succeeded",
                                               "payment_intent.canceled"}));
    EXPECT_EQ(events.at(0).at("data").at("object").at("amount_refunded").as_int64(), 7);
    const auto some = co_await shop.Get("/v1/events?limit=1&" + since +
                                        "&types[]=payment_intent.canceled&types[]=payment_intent.succeeded");
    EXPECT_EQ(some.at("data").at(0).at("type").as_string(), "payment_intent.succeeded");
    EXPECT_TRUE(some.at("has_more").as_bool());
  });
}

TEST(Sandbox_Search, DoesNotKnowWhatWasMadeAMomentAgo) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const auto id = IdIn(co_await shop.Authorize(NewKey(), reference, "pm_card_visa"));
    const auto query =
        "/v1/payment_intents/search?query=metadata%5B%27reference%27%5D%3A%27" + reference + "%27";
    EXPECT_TRUE((co_await shop.Get(query)).at("data").as_array().empty());
    Disk().Execute("UPDATE card_authorization SET created_at = market_now() - interval '2 minutes'");
    EXPECT_EQ((co_await shop.Get(query)).at("data").at(0).at("id").as_string(), id);
    EXPECT_EQ((co_await shop.Send("GET", "/v1/payment_intents/search?query=status")).status, 400);
  });
}

}  // namespace
}  // namespace market::sandbox
