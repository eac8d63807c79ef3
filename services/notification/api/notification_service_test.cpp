#include "services/notification/api/notification_service.hpp"

#include <gtest/gtest.h>

#include "marketplace/auth/v1/events.pb.h"
#include "marketplace/order/v1/events.pb.h"
#include "platform/testing/reason_of.hpp"
#include "services/notification/testing/service_fixture.hpp"

namespace market::notification {
namespace {

using Proto = api::notification::Notification;
using testing::ReasonOf;

class NotificationServiceTest : public ServiceFixture {
 protected:
  Task<> Deliver(NotificationService& service, const google::protobuf::Message& what) {
    marketplace::type::v1::DeliverRequest request;
    request.set_subscriber("notification");
    *request.mutable_event() = EventOf(what, ada_.ToString(), shop_.ToString());
    CallContext call(Soon());
    co_await service.Deliver(call, std::move(request));
  }
  marketplace::order::v1::ParcelShipped Shipped(std::string number) const {
    marketplace::order::v1::ParcelShipped shipped;
    shipped.set_order_id(Uuid::NewV7().ToString());
    shipped.set_seller_order_id(Uuid::NewV7().ToString());
    shipped.set_number(std::move(number));
    return shipped;
  }
  static Task<api::notification::ListNotificationsResponse> List(NotificationService& service,
                                                                 AccountId account, int size = 0,
                                                                 std::string token = "") {
    Call call(account);
    api::notification::ListNotificationsRequest request;
    request.set_page_size(size);
    request.set_page_token(std::move(token));
    co_return co_await service.ListNotifications(call, std::move(request));
  }

  AccountId ada_ = AccountId::New();
  SellerId shop_ = SellerId::New();
};

TEST_F(NotificationServiceTest, WhatIsDelivered_IsListedInPagesAndMarkedRead) {
  RunService([&](NotificationService& service) -> Task<> {
    for (const auto* number : {"1", "2", "3"}) co_await Deliver(service, Shipped(number));
    EXPECT_EQ(outbox_wakes_, 3);
    const auto page = co_await List(service, ada_, 2);
    EXPECT_EQ(page.unread_count(), 3);
    EXPECT_EQ(page.notifications_size(), 2);
    EXPECT_EQ(page.notifications(0).title(), "3");
    EXPECT_EQ(page.notifications(0).kind(), Proto::PARCEL_SHIPPED);
    EXPECT_EQ(page.notifications(0).seller_id(), shop_.ToString());
    EXPECT_FALSE(page.notifications(0).has_amount());
    const auto rest = co_await List(service, ada_, 2, page.next_page_token());
    EXPECT_EQ(rest.notifications_size(), 1);
    EXPECT_FALSE(rest.has_next_page_token());
    EXPECT_EQ((co_await List(service, AccountId::New())).notifications_size(), 0) << "nobody else's";

    Call call(ada_);
    api::notification::MarkNotificationsReadRequest one;
    one.add_ids(page.notifications(1).id());
    EXPECT_EQ((co_await service.MarkNotificationsRead(call, one)).unread_count(), 2);
    EXPECT_TRUE((co_await List(service, ada_)).notifications(1).read());
    EXPECT_EQ((co_await service.MarkNotificationsRead(call, {})).unread_count(), 0);
  });
}

TEST_F(NotificationServiceTest, APageToken_BelongsToItsFilter) {
  RunService([&](NotificationService& service) -> Task<> {
    for (const auto* number : {"1", "2"}) co_await Deliver(service, Shipped(number));
    const auto page = co_await List(service, ada_, 1);
    Call call(ada_);
    api::notification::ListNotificationsRequest request;
    request.set_unread(true);
    request.set_page_token(page.next_page_token());
    EXPECT_EQ(co_await ReasonOf(service.ListNotifications(call, request)), "INVALID_PAGE_TOKEN");
  });
}

TEST_F(NotificationServiceTest, Settings_AreOnePerKind_AndChangeOneByOne) {
  RunService([&](NotificationService& service) -> Task<> {
    Call call(ada_);
    const auto usual = co_await service.GetNotificationSettings(call, {});
    EXPECT_EQ(usual.settings_size(), Proto::Kind_descriptor()->value_count() - 1)
        << "each kind of the contract";
    api::notification::UpdateNotificationSettingsRequest request;
    auto& change = *request.add_settings();
    change.set_kind(Proto::PARCEL_SHIPPED);
    change.set_mail(false);
    const auto changed = co_await service.UpdateNotificationSettings(call, request);
    for (const auto& setting : changed.settings()) {
      EXPECT_TRUE(setting.app());
      EXPECT_EQ(setting.mail(), setting.kind() != Proto::PARCEL_SHIPPED) << Proto::Kind_Name(setting.kind());
    }
    EXPECT_EQ((co_await service.GetNotificationSettings(call, {})).SerializeAsString(),
              changed.SerializeAsString());

    *request.add_settings() = change;
    EXPECT_EQ(co_await ReasonOf(service.UpdateNotificationSettings(call, request)), "INVALID_ARGUMENT")
        << "twice";
    request.mutable_settings()->RemoveLast();
    request.mutable_settings(0)->set_kind(Proto::PASSWORD_CHANGED);
    EXPECT_EQ(co_await ReasonOf(service.UpdateNotificationSettings(call, request)), "INVALID_ARGUMENT")
        << "required";
  });
}

TEST_F(NotificationServiceTest, OneClick_EndsTheMailsOfAKind) {
  RunService([&](NotificationService& service) -> Task<> {
    CallContext nobody(Soon());
    api::notification::UnsubscribeRequest request;
    request.set_token(tokens_.Of(ada_, domain::Kind::kParcelShipped));
    co_await service.Unsubscribe(nobody, request);
    co_await service.Unsubscribe(nobody, request);
    co_await Deliver(service, Shipped("1"));
    EXPECT_EQ(WaitingMails(), "0");
    EXPECT_EQ((co_await List(service, ada_)).notifications_size(), 1) << "it still stands in the app";
    request.set_token(tokens_.Of(ada_, domain::Kind::kPasswordChanged));
    EXPECT_EQ(co_await ReasonOf(service.Unsubscribe(nobody, request)), "MAILED_TOKEN_ENDED");
    request.set_token("ut_nonsense");
    EXPECT_EQ(co_await ReasonOf(service.Unsubscribe(nobody, request)), "MAILED_TOKEN_ENDED");
  });
}

TEST_F(NotificationServiceTest, ErasureAndExport) {
  RunService([&](NotificationService& service) -> Task<> {
    const auto bob = AccountId::New();
    co_await Deliver(service, Shipped("260829-1"));
    marketplace::auth::v1::PasswordChanged changed;
    changed.set_account_id(bob.ToString());
    co_await Deliver(service, changed);
    Call ada(ada_);
    api::notification::UpdateNotificationSettingsRequest settings;
    settings.add_settings()->set_kind(Proto::SALE);
    settings.mutable_settings(0)->set_app(false);
    co_await service.UpdateNotificationSettings(ada, settings);

    CallContext call(Soon());
    marketplace::type::v1::ExportPersonalDataRequest wanted;
    wanted.set_account_id(ada_.ToString());
    const auto told = co_await service.ExportPersonalData(call, wanted);
    EXPECT_EQ(told.records_size(), 2);
    EXPECT_EQ(told.records(0).fields().at("title"), "260829-1");
    EXPECT_EQ(told.records(1).kind(), "notification setting");

    marketplace::type::v1::ErasePersonalDataRequest request;
    request.set_account_id(ada_.ToString());
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ((co_await service.ErasePersonalData(call, request)).waits_for(), "");
    const auto left = co_await service.ExportPersonalData(call, wanted);
    EXPECT_EQ(left.records_size(), 1);
    EXPECT_EQ(left.records(0).kind(), "act") << "that it was erased";
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "1") << "the second time there was nothing to do";
    EXPECT_EQ(WaitingMails(), "1") << "bob's";
    EXPECT_EQ((co_await List(service, bob)).notifications_size(), 1);
  });
}

}  // namespace
}  // namespace market::notification
