#include <gtest/gtest.h>

#include "marketplace/type/v1/act.pb.h"
#include "platform/events/event.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using marketplace::type::v1::ActRecorded;
using testing::ReasonOf;

class AuditEventsApiTest : public AuthServiceFixture {
 protected:
  static ActRecorded Suspension(std::string reason) {
    ActRecorded told;
    told.set_act_id(Uuid::NewV7().ToString());
    told.set_service("user");
    told.set_account_id(AccountId::New().ToString());
    told.set_actor("operator");
    told.set_permission("sellers.suspend");
    told.set_method("marketplace.user.v1.UserService/SuspendSeller");
    told.set_target_type("seller");
    told.set_target_id(SellerId::New().ToString());
    told.set_seller_id(told.target_id());
    told.set_reason(std::move(reason));
    told.set_address("198.51.100.7");
    told.set_trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
    (*told.mutable_before())["state"] = "ACTIVE";
    (*told.mutable_after())["state"] = "SUSPENDED";
    return told;
  }
  static marketplace::type::v1::DeliverRequest Telling(const ActRecorded& told,
                                                       std::int64_t at_s = 1'780'000'000) {
    const auto made = events::Of(told, {.aggregate = "act/" + told.act_id()});
    marketplace::type::v1::DeliverRequest request;
    request.set_subscriber("auth");
    auto& event = *request.mutable_event();
    event.set_id(Uuid::NewV7().ToString());
    event.set_type(made.type);
    event.set_version(made.version);
    event.mutable_time()->set_seconds(at_s);
    event.set_payload(made.payload);
    return request;
  }
  static Task<> Tell(AuthService& service, marketplace::type::v1::DeliverRequest request,
                     std::string from = "user") {
    auto call = Anonymous();
    rpc::CallContextBuilder(call).Service(std::move(from));
    co_await service.Deliver(call, std::move(request));
  }
  static Task<api::auth::ListAuditEventsResponse> List(AuthService& service,
                                                       api::auth::ListAuditEventsRequest request) {
    auto call = Anonymous();
    co_return co_await service.ListAuditEvents(call, std::move(request));
  }
};

TEST_F(AuditEventsApiTest, WhatIsTold_IsListedOnce) {
  Run([&](AuthService& service) -> Task<> {
    const auto told = Suspension("a complaint");
    for (int i = 0; i < 2; ++i) co_await Tell(service, Telling(told));
    const auto listed = co_await List(service, {});
    EXPECT_EQ(listed.audit_events_size(), 1);
    const auto& event = listed.audit_events(0);
    EXPECT_EQ(event.id(), told.act_id());
    EXPECT_EQ(event.service(), "user");
    EXPECT_EQ(event.create_time().seconds(), 1'780'000'000);
    EXPECT_EQ(event.actor().kind(), "operator");
    EXPECT_EQ(event.actor().account_id(), told.account_id());
    EXPECT_FALSE(event.actor().has_email()) << "no such account";
    EXPECT_FALSE(event.actor().has_api_key_id());
    EXPECT_EQ(event.permission(), told.permission());
    EXPECT_EQ(event.method(), told.method());
    EXPECT_EQ(event.target().type(), "seller");
    EXPECT_EQ(event.target().id(), told.target_id());
    EXPECT_EQ(event.seller_id(), told.seller_id());
    EXPECT_EQ(event.reason(), "a complaint");
    EXPECT_EQ(event.address(), "198.51.100.7");
    EXPECT_EQ(event.trace_id(), told.trace_id());
    EXPECT_EQ(event.before().at("state"), "ACTIVE");
    EXPECT_EQ(event.after().at("state"), "SUSPENDED");
    EXPECT_FALSE(listed.has_next_page_token());
  });
}

TEST_F(AuditEventsApiTest, AServiceTells_OnlyOfItsOwnRecord) {
  Run([&](AuthService& service) -> Task<> {
    EXPECT_EQ(co_await ReasonOf(Tell(service, Telling(Suspension("")), "product")), "INVALID_ARGUMENT");
    auto nobodys = Suspension("");
    nobodys.set_act_id("");
    EXPECT_EQ(co_await ReasonOf(Tell(service, Telling(nobodys))), "INVALID_ARGUMENT");
    auto other = Telling(Suspension(""));
    other.mutable_event()->set_type("user.SellerSuspended");
    EXPECT_EQ(co_await ReasonOf(Tell(service, other)), "INVALID_ARGUMENT");
    EXPECT_EQ((co_await List(service, {})).audit_events_size(), 0);
  });
}

TEST_F(AuditEventsApiTest, Pages_BelongToTheirFilter_AndEndAtTheirBytes) {
  Run([&](AuthService& service) -> Task<> {
    for (int i = 0; i < 5; ++i)
      co_await Tell(service, Telling(Suspension(std::string(400'000, 'x')), 1'780'000'000 + i));
    api::auth::ListAuditEventsRequest request;
    request.set_service("user");
    std::size_t found = 0;
    for (const int expected : {2, 2, 1}) {
      const auto page = co_await List(service, request);
      EXPECT_EQ(page.audit_events_size(), expected) << "400 kB each";
      found += static_cast<std::size_t>(page.audit_events_size());
      request.set_page_token(page.next_page_token());
      if (expected == 2 && found == 2) {
        auto other = request;
        other.set_service("order");
        EXPECT_EQ(co_await ReasonOf(List(service, other)), "INVALID_PAGE_TOKEN");
      }
    }
    EXPECT_EQ(found, 5u);
    api::auth::ListAuditEventsRequest backwards;
    backwards.mutable_create_time_from()->set_seconds(2);
    backwards.mutable_create_time_to()->set_seconds(2);
    EXPECT_EQ(co_await ReasonOf(List(service, backwards)), "INVALID_ARGUMENT");
  });
}

}  // namespace
}  // namespace market::auth
