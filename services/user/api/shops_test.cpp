#include <gmock/gmock.h>

#include <map>
#include <set>

#include "services/user/testing/service_fixture.hpp"

namespace market::user {
namespace {

namespace options = marketplace::options::v1;

class UserShops : public ServiceFixture {};

TEST_F(UserShops, OpenSeller_AutoApproved_BindsAtOnce) {
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

TEST_F(UserShops, OpenSeller_WhatIsRefused_LeavesNothing) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    auto nowhere = NewSeller("engines");
    nowhere.set_country_code("XX");
    EXPECT_EQ(co_await Refusal(service.OpenSeller(call, nowhere)), "INVALID_ARGUMENT countryCode");
    const auto owner = call.context.Caller().account;
    temporary_.Execute("INSERT INTO membership_count (account_id, sellers) VALUES ('" + owner.ToString() +
                       "', 20)");
    EXPECT_EQ(co_await Refusal(service.OpenSeller(call, NewSeller("engines"))), "LIMIT_REACHED");
  });
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM seller"), "0");
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM event"), "0");
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM outbox"), "0");
  EXPECT_TRUE(auth_.bindings.empty());
  EXPECT_EQ(registry_.AddCounter("user_sellers_created_total", "sellers opened").Value(), 0);
}

TEST_F(UserShops, ListSellers_ShowsActiveOnesAlone) {
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

TEST_F(UserShops, ListSellerCards_OfMoreThanAPage_AllSeenOnce) {
  temporary_.Execute(
      "INSERT INTO seller (id, opened_by, display_name, slug, country_code, state) "
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

TEST_F(UserShops, OpenSeller_AuthDown_LeavesItToTheOutbox) {
  auth_.down = true;
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    EXPECT_EQ((co_await service.OpenSeller(call, NewSeller("engines"))).state(), api::user::Seller::ACTIVE);
  });
  EXPECT_EQ(outbox_wakes_, 1);
  EXPECT_EQ(registry_.AddCounter("user_sellers_created_total", "sellers opened").Value(), 1);
  EXPECT_EQ(temporary_.Execute("SELECT topic FROM outbox"), "seller.bind");
}

TEST_F(UserShops, OpenSeller_ByOperator_PendingUntilApproved) {
  approval_ = domain::Approval::kByOperator;
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    const auto seller = co_await service.OpenSeller(call, NewSeller("engines"));
    EXPECT_EQ(seller.state(), api::user::Seller::PENDING);
    EXPECT_EQ(auth_.bindings.size(), 1U) << "its owner sees it at once";
    api::user::GetSellerRequest get;
    get.set_seller_id(seller.id());
    EXPECT_EQ(co_await Refusal(service.GetSeller(call, get)), "NOT_FOUND");
    auto member = ByMember(call.context.Caller().account, seller.id(), {options::SELLERS_READ}, "GetSeller");
    EXPECT_EQ((co_await service.GetSeller(member, get)).id(), seller.id());

    auto by_operator = ByOperator("ApproveSeller");
    api::user::ApproveSellerRequest approve;
    approve.set_seller_id(seller.id());
    EXPECT_EQ((co_await service.ApproveSeller(by_operator, approve)).state(), api::user::Seller::ACTIVE);
    EXPECT_EQ((co_await service.ApproveSeller(by_operator, approve)).state(), api::user::Seller::ACTIVE);
    EXPECT_EQ((co_await service.GetSeller(call, get)).id(), seller.id());
    temporary_.Execute("UPDATE seller SET state = 'SUSPENDED'");
    EXPECT_EQ(co_await Refusal(service.ApproveSeller(by_operator, approve)), "ILLEGAL_TRANSITION");
    approve.set_seller_id(SellerId::New().ToString());
    EXPECT_EQ(co_await Refusal(service.ApproveSeller(by_operator, approve)), "NOT_FOUND");
  });
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM outbox"), "1");
  EXPECT_EQ(
      temporary_.Execute(
          "SELECT string_agg(concat_ws(' ', actor, permission, method, target_type, before, after), ',')"
          " FROM audit_event JOIN seller ON seller.id::text = target_id"),
      "operator sellers.approve marketplace.user.v1.UserService/ApproveSeller seller"
      " {\"state\": \"PENDING\"} {\"state\": \"ACTIVE\"}");
}

TEST_F(UserShops, SuspendReinstateClose_WithTheirReason) {
  Run([&](UserService& service) -> Task<> {
    Call owner(AccountId::New());
    const auto id = (co_await service.OpenSeller(owner, NewSeller("engines"))).id();
    auto suspending = ByOperator("SuspendSeller");
    api::user::SuspendSellerRequest suspend;
    suspend.set_seller_id(id);
    suspend.set_reason("sold air");
    EXPECT_EQ((co_await service.SuspendSeller(suspending, suspend)).state(), api::user::Seller::SUSPENDED);
    auto reinstating = ByOperator("ReinstateSeller");
    api::user::ReinstateSellerRequest reinstate;
    reinstate.set_seller_id(id);
    reinstate.set_reason("no more");
    EXPECT_EQ((co_await service.ReinstateSeller(reinstating, reinstate)).state(), api::user::Seller::ACTIVE);
    auto closing = ByMember(owner.context.Caller().account, id, {options::SELLERS_CONTROL}, "CloseSeller");
    api::user::CloseSellerRequest close;
    close.set_seller_id(id);
    close.set_reason("retired");
    EXPECT_EQ((co_await service.CloseSeller(closing, close)).state(), api::user::Seller::CLOSED);
    EXPECT_EQ(co_await Refusal(service.ReinstateSeller(reinstating, reinstate)), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await Refusal(service.SuspendSeller(suspending, suspend)), "ILLEGAL_TRANSITION");
    close.set_seller_id(SellerId::New().ToString());
    EXPECT_EQ(co_await Refusal(service.CloseSeller(closing, close)), "NOT_FOUND");
  });
  EXPECT_EQ(
      temporary_.Execute("SELECT string_agg(concat_ws(' ', actor, permission, reason), ', ' ORDER BY at, id) "
                         "FROM audit_event"),
      "operator sellers.suspend sold air, operator sellers.suspend no more, "
      "member sellers.control retired");
}

TEST_F(UserShops, UpdateSeller_ByMaskFieldsAndEtag_TheTraderByItsOwnerAlone) {
  Run([&](UserService& service) -> Task<> {
    Call founder(AccountId::New());
    const auto account = founder.context.Caller().account;
    const auto id = (co_await service.OpenSeller(founder, NewSeller("engines"))).id();
    auto owner = ByMember(account, id, {options::SELLERS_WRITE, options::SELLERS_CONTROL}, "UpdateSeller");
    auto manager = ByMember(account, id, {options::SELLERS_WRITE}, "UpdateSeller");
    api::user::UpdateSellerRequest update;
    update.set_seller_id(id);
    update.mutable_seller()->set_description("Brass\nand steel");
    update.mutable_seller()->mutable_holiday()->mutable_until()->set_seconds(4'000'000'000);
    update.set_if_match("1");
    const auto updated = co_await service.UpdateSeller(manager, update);
    EXPECT_EQ(updated.description(), "Brass\nand steel");
    EXPECT_EQ(updated.holiday().until().seconds(), 4'000'000'000);
    EXPECT_EQ(updated.etag(), "2");
    EXPECT_FALSE(updated.has_trader());
    EXPECT_EQ(co_await Refusal(service.UpdateSeller(manager, update)), "ETAG_MISMATCH");
    update.clear_if_match();
    update.mutable_seller()->Clear();
    EXPECT_EQ((co_await service.UpdateSeller(manager, update)).etag(), "2") << "nothing changes";
    update.mutable_update_mask()->add_paths("holiday");
    EXPECT_FALSE((co_await service.UpdateSeller(manager, update)).has_holiday());
    update.mutable_seller()->mutable_holiday();
    EXPECT_EQ(co_await Refusal(service.UpdateSeller(manager, update)),
              "INVALID_ARGUMENT seller.holiday.until");

    update.clear_update_mask();
    update.mutable_seller()->Clear();
    auto& trader = *update.mutable_seller()->mutable_trader();
    trader.set_legal_name("Engines Ltd");
    trader.add_lines("1 Street");
    trader.set_city("London");
    trader.set_postal_code("SW1Y4JH");
    trader.set_country_code("GB");
    EXPECT_EQ(co_await Refusal(service.UpdateSeller(manager, update)), "PERMISSION_DENIED");
    EXPECT_EQ((co_await service.UpdateSeller(owner, update)).trader().postal_code(), "SW1Y 4JH");
    trader.set_city("");
    EXPECT_EQ(co_await Refusal(service.UpdateSeller(owner, update)), "INVALID_ARGUMENT seller.trader.city");

    temporary_.Execute("UPDATE seller SET state = 'CLOSED'");
    trader.set_city("Paris");
    EXPECT_EQ(co_await Refusal(service.UpdateSeller(owner, update)), "ILLEGAL_TRANSITION");
  });
}

TEST_F(UserShops, ListSellers_BySlugAndByIds) {
  Run([&](UserService& service) -> Task<> {
    std::vector<std::string> ids;
    for (const auto* slug : {"engines", "looms", "mills"}) {
      Call call(AccountId::New());
      ids.push_back((co_await service.OpenSeller(call, NewSeller(slug))).id());
    }
    temporary_.Execute("UPDATE seller SET state = 'SUSPENDED' WHERE slug = 'mills'");
    Call anybody(AccountId::New(), "ListSellers");
    auto member = ByMember(AccountId::New(), ids[2], {options::SELLERS_READ}, "ListSellers");
    const auto listed = [](const api::user::ListSellersResponse& response) {
      std::string slugs;
      for (const auto& seller : response.sellers()) slugs += seller.slug() + " ";
      return slugs;
    };
    api::user::ListSellersRequest named;
    for (const auto& id : ids) named.add_ids(id);
    named.add_ids(SellerId::New().ToString());
    EXPECT_EQ(listed(co_await service.ListSellers(anybody, named)), "looms engines ");
    EXPECT_EQ(listed(co_await service.ListSellers(member, named)), "mills looms engines ");
    api::user::ListSellersRequest slug;
    slug.set_slug("engines");
    EXPECT_EQ(listed(co_await service.ListSellers(anybody, slug)), "engines ");
    slug.set_slug("mills");
    EXPECT_EQ(listed(co_await service.ListSellers(anybody, slug)), "");
    EXPECT_EQ(listed(co_await service.ListSellers(member, slug)), "mills ");
    EXPECT_EQ(listed(co_await service.ListSellers(member, {})), "looms engines ") << "the list is for all";
  });
}

// Each of them as large as it may be: the answer still fits, and has a next page.
TEST_F(UserShops, ListSellers_ByIds_OfLargeShops_GoesOnOnTheNextPage) {
  Run([&](UserService& service) -> Task<> {
    api::user::ListSellersRequest named;
    for (int i = 0; i < 20; ++i) {
      Call call(AccountId::New());
      named.add_ids((co_await service.OpenSeller(call, NewSeller("shop-" + std::to_string(i)))).id());
      temporary_.Execute("UPDATE membership_count SET sellers = 1");
    }
    temporary_.Execute("UPDATE seller SET description = repeat('x', 100000)");
    Call anybody(AccountId::New(), "ListSellers");
    std::set<std::string> seen;
    int pages = 0;
    do {
      const auto page = co_await service.ListSellers(anybody, named);
      EXPECT_LE(page.ByteSizeLong(), 2u << 20);
      for (const auto& seller : page.sellers()) EXPECT_TRUE(seen.insert(seller.id()).second);
      named.set_page_token(page.next_page_token());
      ++pages;
    } while (!named.page_token().empty());
    EXPECT_EQ(seen.size(), 20u);
    EXPECT_EQ(pages, 2);
  });
}

TEST_F(UserShops, OpenSeller_WhereSellersNeedAVerifiedEmail_OthersAreRefused) {
  sellers_need_ = identity::PeopleNeed::kVerifiedEmail;
  Run([&](UserService& service) -> Task<> {
    const auto ada = AccountId::New();
    Call unknown(ada);
    EXPECT_EQ(co_await Refusal(service.OpenSeller(unknown, NewSeller("engines"))), "EMAIL_NOT_VERIFIED");
    Call known(ada);
    rpc::CallContextBuilder(known.context).Caller({.account = ada, .email_verified = true});
    EXPECT_EQ((co_await service.OpenSeller(known, NewSeller("engines"))).slug(), "engines");
  });
}

TEST_F(UserShops, ListSellersForOperators_FindsByOwnersEmail) {
  const auto ada = AccountId::New();
  auth_.emails[ada] = "ada@x.test";
  Run([&](UserService& service) -> Task<> {
    Call owner(ada);
    Call other(AccountId::New());
    const auto id = (co_await service.OpenSeller(owner, NewSeller("engines"))).id();
    co_await service.OpenSeller(other, NewSeller("looms"));
    temporary_.Execute("UPDATE seller SET state = 'PENDING'");
    auto call = ByOperator("ListSellersForOperators");
    api::user::ListSellersForOperatorsRequest list;
    list.set_page_size(1);
    const auto first = co_await service.ListSellersForOperators(call, list);
    EXPECT_EQ(first.sellers(0).slug(), "looms");
    list.set_page_token(first.next_page_token());
    const auto second = co_await service.ListSellersForOperators(call, list);
    EXPECT_EQ(second.sellers(0).slug(), "engines");
    EXPECT_EQ(second.next_page_token(), "");
    list.set_state(api::user::Seller::ACTIVE);
    EXPECT_EQ(co_await Refusal(service.ListSellersForOperators(call, list)), "INVALID_PAGE_TOKEN pageToken");
    list.clear_page_token();
    EXPECT_EQ((co_await service.ListSellersForOperators(call, list)).sellers_size(), 0);
    list.clear_state();
    list.set_owner_email("ada@x.test");
    EXPECT_EQ((co_await service.ListSellersForOperators(call, list)).sellers(0).id(), id);
    list.set_owner_email("eve@x.test");
    EXPECT_EQ((co_await service.ListSellersForOperators(call, list)).sellers_size(), 0);
    auth_.down = true;
    EXPECT_EQ(co_await Refusal(service.ListSellersForOperators(call, list)), "UNAVAILABLE");
  });
}

TEST_F(UserShops, Feed_TellsOfSellersFromTheirCardsOn) {
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
    EXPECT_EQ(cards.sellers(0).country_code(), first.country_code());
    EXPECT_FALSE(cards.sellers(0).vat_registered());
    temporary_.Execute(
        "UPDATE seller SET trader_name = 'A', trader_country_code = 'GB', trader_vat = 'GB1' WHERE id = '" +
        first.id() + "'");
    EXPECT_TRUE((co_await service.ListSellerCards(call, {})).sellers(0).vat_registered());
    EXPECT_EQ(cards.sellers(0).state(), api::user::Seller::PENDING);
    EXPECT_FALSE(cards.more());

    auto by_operator = ByOperator("ApproveSeller");
    api::user::ApproveSellerRequest approve;
    approve.set_seller_id(first.id());
    co_await service.ApproveSeller(by_operator, approve);
    marketplace::type::v1::FeedRequest next;
    next.set_after(start.next());
    marketplace::type::v1::FeedResponse page;
    while (page.events_size() == 0)
      page = co_await service.Feed(call, next);  // older transactions may be under way
    std::vector<std::string> told;
    for (const auto& event : page.events()) told.push_back(event.type() + " of " + event.seller_id());
    EXPECT_THAT(told, ::testing::UnorderedElementsAre("user.SellerApproved of " + first.id(),
                                                      "type.ActRecorded of " + first.id()));
    next.set_after("yesterday");
    EXPECT_EQ(co_await Refusal(service.Feed(call, next)), "INVALID_ARGUMENT after");
  });
}

TEST_F(UserShops, ListSellers_PagedByTokens) {
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
