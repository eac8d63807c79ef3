#include "services/user/api/user_service.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/migrations.hpp"
#include "services/user/testing/fake_auth.hpp"

namespace market::user {
namespace {

using testing::RunLoop;
using testing::Soon;

class UserServiceTest : public ::testing::Test {
 protected:
  void Run(std::function<Task<>(UserService&)> body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      storage::Profiles profiles(database);
      storage::Addresses addresses(database);
      storage::Sellers sellers(database);
      events::Log log(database, {});
      UserService service({profiles, addresses, sellers, log, auth_, approval_, pages_, metrics_,
                           [this] { ++outbox_wakes_; }});
      co_await body(service);
      co_await database.Close(Soon());
    });
  }

  // A call of one account, under one operation id.
  struct Call {
    explicit Call(AccountId account) : context(Soon()) {
      rpc::CallContextBuilder(context)
          .Caller({.account = account, .session = Uuid::NewV7()})
          .OperationId(Uuid::NewV7())
          .Method(api::UserMethods().Find("ApproveSeller"));
    }
    operator CallContext&() { return context; }
    CallContext context;
  };

  // The reason `task` is refused with, and its first field; "" when it is not.
  template <class T>
  static Task<std::string> Refusal(Task<T> task) {
    try {
      co_await std::move(task);
      co_return "";
    } catch (const Error& error) {
      co_return error.fields.empty() ? error.reason : error.reason + " " + error.fields[0].field;
    }
  }

  static api::user::CreateMyAddressRequest NewAddress(std::string recipient, std::string country = "GB") {
    api::user::CreateMyAddressRequest request;
    auto& address = *request.mutable_address();
    address.set_recipient(std::move(recipient));
    address.add_lines("12 St James's Square");
    address.set_city("London");
    address.set_postal_code("SW1Y 4JH");
    address.set_country_code(std::move(country));
    return request;
  }
  static api::user::OpenSellerRequest NewSeller(std::string slug) {
    api::user::OpenSellerRequest request;
    request.set_display_name("Analytical Engines");
    request.set_slug(std::move(slug));
    request.set_country_code("GB");
    return request;
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  FakeAuth auth_;
  telemetry::Metrics registry_;
  Metrics metrics_{registry_};
  rpc::PageTokens pages_{"secret"};
  domain::Approval approval_ = domain::Approval::kAutomatic;
  int outbox_wakes_ = 0;
};

TEST_F(UserServiceTest, Profile_PatchedByMaskFieldsAndEtag) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    EXPECT_EQ(co_await Refusal(service.GetMyProfile(call, {})), "NOT_FOUND");
    api::user::CreateProfileRequest create;
    create.set_account_id(call.context.Caller().account.ToString());
    create.set_display_name("Ada");
    co_await service.CreateProfile(call, create);
    co_await service.CreateProfile(call, create);
    const auto profile = co_await service.GetMyProfile(call, {});
    EXPECT_EQ(profile.display_name(), "Ada");
    EXPECT_EQ(profile.etag(), "1");

    api::user::UpdateMyProfileRequest update;
    update.mutable_profile()->set_given_name("Augusta");
    update.mutable_profile()->set_family_name("King");
    update.set_if_match("1");
    update.mutable_update_mask()->add_paths("given_name");
    update.mutable_update_mask()->add_paths("etag");
    const auto updated = co_await service.UpdateMyProfile(call, update);
    EXPECT_EQ(updated.given_name(), "Augusta");
    EXPECT_EQ(updated.family_name(), "");
    EXPECT_EQ(updated.etag(), "2");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "ETAG_MISMATCH");
    update.set_if_match("not an etag");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "ETAG_MISMATCH");
    update.set_if_match("*");
    update.clear_update_mask();
    EXPECT_EQ((co_await service.UpdateMyProfile(call, update)).family_name(), "King");

    update.mutable_update_mask()->add_paths("display_name");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)),
              "INVALID_ARGUMENT profile.displayName");
    update.mutable_update_mask()->set_paths(0, "state");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "INVALID_ARGUMENT updateMask");
  });
}

TEST_F(UserServiceTest, Addresses_WholeLife) {
  Run([&](UserService& service) -> Task<> {
    Call ada(AccountId::New());
    Call bob(AccountId::New());
    const auto address = co_await service.CreateMyAddress(ada, NewAddress("Ada"));
    EXPECT_TRUE(address.is_default());
    EXPECT_EQ(co_await Refusal(service.CreateMyAddress(ada, NewAddress("Ada", "XX"))),
              "INVALID_ARGUMENT address.countryCode");

    api::user::GetMyAddressRequest get;
    get.set_address_id(address.id());
    EXPECT_EQ((co_await service.GetMyAddress(ada, get)).city(), "London");
    EXPECT_EQ(co_await Refusal(service.GetMyAddress(bob, get)), "NOT_FOUND");

    api::user::GetAddressRequest internal;
    internal.set_account_id(ada.context.Caller().account.ToString());
    internal.set_address_id(address.id());
    EXPECT_EQ((co_await service.GetAddress(bob, internal)).recipient(), "Ada");
    internal.set_account_id(bob.context.Caller().account.ToString());
    EXPECT_EQ(co_await Refusal(service.GetAddress(bob, internal)), "NOT_FOUND");

    api::user::UpdateMyAddressRequest update;
    update.set_address_id(address.id());
    update.mutable_address()->set_city("Paris");
    update.mutable_address()->set_country_code("FR");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(bob, update)), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "INVALID_ARGUMENT address.postalCode");
    update.mutable_address()->set_postal_code("75001");
    EXPECT_EQ((co_await service.UpdateMyAddress(ada, update)).city(), "Paris");
    update.mutable_update_mask()->add_paths("is_default");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "INVALID_ARGUMENT address.isDefault");
    update.set_if_match("1");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "ETAG_MISMATCH");

    api::user::DeleteMyAddressRequest remove;
    remove.set_address_id(address.id());
    remove.set_if_match("1");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(ada, remove)), "ETAG_MISMATCH");
    remove.set_if_match("2");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(bob, remove)), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(ada, remove)), "");
    EXPECT_EQ((co_await service.ListMyAddresses(ada, {})).addresses_size(), 0);
  });
}

TEST_F(UserServiceTest, CreateMyAddress_PastFifty_LimitReached) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    for (int i = 0; i < 50; ++i) {
      Call one(call.context.Caller().account);
      co_await service.CreateMyAddress(one, NewAddress("x"));
    }
    EXPECT_EQ(co_await Refusal(service.CreateMyAddress(call, NewAddress("x"))), "LIMIT_REACHED");
  });
}

TEST_F(UserServiceTest, OpenSeller_AutoApproved_BindsAtOnce) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    const auto seller = co_await service.OpenSeller(call, NewSeller("engines"));
    EXPECT_EQ(seller.state(), api::user::Seller::ACTIVE);
    EXPECT_EQ(auth_.bindings.size(), 1U);
    EXPECT_EQ(auth_.bindings[0].account_id(), call.context.Caller().account.ToString());
    EXPECT_EQ(auth_.bindings[0].seller_id(), seller.id());
    EXPECT_EQ(auth_.bindings[0].role(), "owner");
    EXPECT_EQ((co_await service.OpenSeller(call, NewSeller("engines"))).id(), seller.id());
    Call other(AccountId::New());
    EXPECT_EQ(co_await Refusal(service.OpenSeller(other, NewSeller("engines"))), "SLUG_TAKEN slug");
    api::user::GetSellerRequest get;
    get.set_seller_id(seller.id());
    EXPECT_EQ((co_await service.GetSeller(other, get)).slug(), "engines");
  });
}

TEST_F(UserServiceTest, OpenSeller_WhatIsRefused_LeavesNothing) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    auto nowhere = NewSeller("engines");
    nowhere.set_country_code("XX");
    EXPECT_EQ(co_await Refusal(service.OpenSeller(call, nowhere)), "INVALID_ARGUMENT countryCode");
    const auto owner = call.context.Caller().account;
    temporary_.Execute("INSERT INTO seller_owner (account_id, sellers) VALUES ('" + owner.ToString() +
                       "', 20)");
    EXPECT_EQ(co_await Refusal(service.OpenSeller(call, NewSeller("engines"))), "LIMIT_REACHED");
  });
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM seller"), "0");
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM event"), "0");
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM outbox"), "0");
  EXPECT_TRUE(auth_.bindings.empty());
  EXPECT_EQ(registry_.AddCounter("user_sellers_created_total", "sellers opened").Value(), 0);
}

TEST_F(UserServiceTest, ListSellers_ShowsActiveOnesAlone) {
  Run([&](UserService& service) -> Task<> {
    for (const auto* slug : {"open", "waiting", "barred"}) {
      Call call(AccountId::New());
      co_await service.OpenSeller(call, NewSeller(slug));
    }
    temporary_.Execute("UPDATE seller SET state = 'PENDING' WHERE slug = 'waiting'");
    temporary_.Execute("UPDATE seller SET state = 'SUSPENDED' WHERE slug = 'barred'");
    Call anybody(AccountId::New());
    const auto list = co_await service.ListSellers(anybody, {});
    EXPECT_EQ(list.sellers_size(), 1);
    EXPECT_EQ(list.sellers(0).slug(), "open");
    EXPECT_EQ(list.next_page_token(), "");
    // Processes that keep the cards must see which of them may not be bought from.
    std::map<std::string, api::user::Seller::State> states;
    const auto cards = co_await service.ListSellerCards(anybody, {});
    for (const auto& card : cards.sellers()) states[card.slug()] = card.state();
    EXPECT_EQ(states,
              (std::map<std::string, api::user::Seller::State>{{"open", api::user::Seller::ACTIVE},
                                                               {"waiting", api::user::Seller::PENDING},
                                                               {"barred", api::user::Seller::SUSPENDED}}));
  });
}

TEST_F(UserServiceTest, ListSellerCards_OfMoreThanAPage_AllSeenOnce) {
  temporary_.Execute(
      "INSERT INTO seller_owner (account_id, sellers) VALUES ('019a0000-0000-7000-8000-000000000001', 1); "
      "INSERT INTO seller (id, owner_id, display_name, slug, country_code, state) "
      "SELECT gen_random_uuid(), '019a0000-0000-7000-8000-000000000001', 'Shop', 'shop-' || n, 'GB', "
      "'ACTIVE' "
      "FROM generate_series(1, 2001) AS n");
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    std::set<std::string> slugs;
    std::vector<int> pages;
    api::user::ListSellerCardsRequest request;
    for (bool more = true; more;) {
      const auto page = co_await service.ListSellerCards(call, request);
      for (const auto& card : page.sellers()) slugs.insert(card.slug());
      pages.push_back(page.sellers_size());
      more = page.more();
      request.set_after(page.sellers().rbegin()->id());
    }
    EXPECT_EQ(pages, (std::vector{1000, 1000, 1}));
    EXPECT_EQ(slugs.size(), 2001U);
  });
}

TEST_F(UserServiceTest, OpenSeller_AuthDown_LeavesItToTheOutbox) {
  auth_.down = true;
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    EXPECT_EQ((co_await service.OpenSeller(call, NewSeller("engines"))).state(), api::user::Seller::ACTIVE);
  });
  EXPECT_EQ(outbox_wakes_, 1);
  EXPECT_EQ(registry_.AddCounter("user_sellers_created_total", "sellers opened").Value(), 1);
  EXPECT_EQ(temporary_.Execute("SELECT topic FROM outbox"), "seller.bind");
}

TEST_F(UserServiceTest, OpenSeller_ByOperator_PendingUntilApproved) {
  approval_ = domain::Approval::kByOperator;
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    const auto seller = co_await service.OpenSeller(call, NewSeller("engines"));
    EXPECT_EQ(seller.state(), api::user::Seller::PENDING);
    EXPECT_TRUE(auth_.bindings.empty());
    api::user::GetSellerRequest get;
    get.set_seller_id(seller.id());
    EXPECT_EQ(co_await Refusal(service.GetSeller(call, get)), "NOT_FOUND");

    api::user::ApproveSellerRequest approve;
    approve.set_seller_id(seller.id());
    EXPECT_EQ((co_await service.ApproveSeller(call, approve)).state(), api::user::Seller::ACTIVE);
    EXPECT_EQ((co_await service.ApproveSeller(call, approve)).state(), api::user::Seller::ACTIVE);
    EXPECT_EQ(auth_.bindings.size(), 2U);
    EXPECT_EQ((co_await service.GetSeller(call, get)).id(), seller.id());
    temporary_.Execute("UPDATE seller SET state = 'SUSPENDED'");
    EXPECT_EQ(co_await Refusal(service.ApproveSeller(call, approve)), "ILLEGAL_TRANSITION");
    approve.set_seller_id(SellerId::New().ToString());
    EXPECT_EQ(co_await Refusal(service.ApproveSeller(call, approve)), "NOT_FOUND");
  });
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM outbox"), "1");
  EXPECT_EQ(temporary_.Execute(
                "SELECT string_agg(concat_ws(' ', permission, method, target_type, before, after), ',')"
                " FROM audit_event JOIN seller ON seller.id::text = target_id"),
            "sellers.approve marketplace.user.v1.UserService/ApproveSeller seller"
            " {\"state\": \"PENDING\"} {\"state\": \"ACTIVE\"}");
}

TEST_F(UserServiceTest, Feed_TellsOfSellersFromTheirCardsOn) {
  approval_ = domain::Approval::kByOperator;
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    const auto first = co_await service.OpenSeller(call, NewSeller("engines"));
    const auto start = co_await service.Feed(call, {});
    EXPECT_TRUE(start.expired());
    const auto cards = co_await service.ListSellerCards(call, {});
    EXPECT_EQ(cards.sellers_size(), 1);
    EXPECT_EQ(cards.sellers(0).id(), first.id());
    EXPECT_EQ(cards.sellers(0).slug(), "engines");
    EXPECT_EQ(cards.sellers(0).state(), api::user::Seller::PENDING);
    EXPECT_FALSE(cards.more());

    api::user::ApproveSellerRequest approve;
    approve.set_seller_id(first.id());
    co_await service.ApproveSeller(call, approve);
    marketplace::type::v1::FeedRequest next;
    next.set_after(start.next());
    marketplace::type::v1::FeedResponse page;
    while (page.events_size() == 0)
      page = co_await service.Feed(call, next);  // older transactions may be under way
    EXPECT_EQ(page.events_size(), 1);
    EXPECT_EQ(page.events(0).type(), "user.SellerApproved");
    EXPECT_EQ(page.events(0).seller_id(), first.id());
    next.set_after("yesterday");
    EXPECT_EQ(co_await Refusal(service.Feed(call, next)), "INVALID_ARGUMENT after");
  });
}

TEST_F(UserServiceTest, ListSellers_PagedByTokens) {
  Run([&](UserService& service) -> Task<> {
    for (int i = 0; i < 5; ++i) {
      Call call(AccountId::New());
      co_await service.OpenSeller(call, NewSeller("shop-" + std::to_string(i)));
    }
    Call anybody(AccountId::New());
    api::user::ListSellersRequest list;
    list.set_page_size(2);
    std::vector<std::string> slugs;
    do {
      const auto page = co_await service.ListSellers(anybody, list);
      for (const auto& seller : page.sellers()) slugs.push_back(seller.slug());
      list.set_page_token(page.next_page_token());
    } while (!list.page_token().empty());
    EXPECT_EQ(slugs, (std::vector<std::string>{"shop-4", "shop-3", "shop-2", "shop-1", "shop-0"}));
    list.set_page_token("garbage");
    EXPECT_EQ(co_await Refusal(service.ListSellers(anybody, list)), "INVALID_PAGE_TOKEN pageToken");
  });
}

}  // namespace
}  // namespace market::user
