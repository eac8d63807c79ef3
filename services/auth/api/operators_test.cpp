#include <gtest/gtest.h>

#include <optional>

#include "platform/identity/api_key.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/auth/credentials/roles.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

namespace options = marketplace::options::v1;
using testing::ReasonOf;
using testing::Soon;

// What operators and owners of shops do, as the edge would let them.
class OperatorsTest : public AuthServiceFixture {
 protected:
  // A call of `method` by an account as its token would say.
  struct Call {
    Call(std::string_view method, const domain::Account& caller, std::optional<SellerId> of = {})
        : context(Soon()) {
      identity::Principal principal{
          .account = caller.id, .session = Uuid::NewV7(), .permissions = Everywhere(caller)};
      for (const auto& membership : caller.sellers) {
        principal.sellers.push_back({membership.seller, Of(membership.role)});
      }
      rpc::Reach reach{.everything = !of, .sellers = {}};
      if (of) reach.sellers.push_back(*of);
      rpc::CallContextBuilder(context)
          .Caller(std::move(principal))
          .Method(api::AuthMethods().Find(method))
          .Reach(std::move(reach));
    }
    CallContext context;
  };

  Task<domain::Account> SignUp(AuthService& service, std::string email) {
    const auto session = co_await AuthServiceFixture::SignUp(service, std::move(email));
    refresh_token_ = session.refresh_token();
    co_return (co_await accounts_->Find(Soon(), AccountId::From(session.account().id()))).value();
  }
  Task<domain::Account> Operator(AuthService& service, std::string email, domain::Role role) {
    const auto account = co_await SignUp(service, std::move(email));
    co_await account_acts_->Grant(Soon(), account.id, role, audit::Act{.actor = "a", .method = "m"});
    co_return (co_await accounts_->Find(Soon(), account.id)).value();
  }
  static Task<std::string> SignIn(AuthService& service, std::string email) {
    co_return co_await ReasonOf(AuthServiceFixture::SignIn(service, std::move(email)));
  }
  Task<std::string> Refresh(AuthService& service) {
    co_return co_await ReasonOf(AuthServiceFixture::Refresh(service, refresh_token_));
  }

  static api::auth::DisableAccountRequest Disabling(AccountId id) {
    api::auth::DisableAccountRequest request;
    request.set_account_id(id.ToString());
    request.set_reason("stolen");
    return request;
  }

  static Task<marketplace::type::v1::ApiKeyGrant> Resolve(AuthService& service, std::string secret) {
    CallContext call(Soon());
    marketplace::type::v1::ResolveApiKeyRequest request;
    request.set_digest(identity::DigestOfApiKey(secret).value());
    co_return co_await service.ResolveApiKey(call, std::move(request));
  }

  std::string refresh_token_;  // of who signed up last
};

TEST_F(OperatorsTest, ADisabledAccount_GetsInByNothing) {
  Run([&](AuthService& service) -> Task<> {
    const auto root = co_await Operator(service, "root@x.test", domain::Role::kAdmin);
    const auto ada = co_await SignUp(service, "ada@x.test");
    Call disable("DisableAccount", root);
    const auto disabled = co_await service.DisableAccount(disable.context, Disabling(ada.id));
    EXPECT_EQ(disabled.state(), api::auth::Account::DISABLED);
    EXPECT_EQ(disabled.disable_reason(), "stolen");
    EXPECT_TRUE(disabled.has_disable_time());
    EXPECT_EQ(co_await SignIn(service, "ada@x.test"), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await Refresh(service), "SESSION_ENDED");

    Call enable("EnableAccount", root);
    api::auth::EnableAccountRequest enabling;
    enabling.set_account_id(ada.id.ToString());
    const auto enabled = co_await service.EnableAccount(enable.context, enabling);
    EXPECT_EQ(enabled.state(), api::auth::Account::ACTIVE);
    EXPECT_FALSE(enabled.has_disable_time() || enabled.has_disable_reason());
    EXPECT_EQ(co_await SignIn(service, "ada@x.test"), "");
    EXPECT_EQ(co_await Refresh(service), "SESSION_ENDED");
    EXPECT_EQ(co_await ReasonOf(service.DisableAccount(disable.context, Disabling(AccountId::New()))),
              "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.DisableAccount(disable.context, Disabling(root.id))), "LAST_ADMIN");
  });
  EXPECT_EQ(Sql("SELECT permission || ' ' || method || ' ' || actor || ' ' || reason FROM audit_event "
                "WHERE after->>'state' = 'DISABLED'"),
            "accounts.disable marketplace.auth.v1.AuthService/DisableAccount operator stolen");
}

TEST_F(OperatorsTest, Support_DisablesPeopleAndNoOperators) {
  Run([&](AuthService& service) -> Task<> {
    const auto root = co_await Operator(service, "root@x.test", domain::Role::kAdmin);
    const auto sue = co_await Operator(service, "sue@x.test", domain::Role::kSupport);
    const auto ada = co_await SignUp(service, "ada@x.test");
    Call disable("DisableAccount", sue);
    EXPECT_EQ(co_await ReasonOf(service.DisableAccount(disable.context, Disabling(root.id))),
              "PERMISSION_DENIED");
    EXPECT_EQ(co_await ReasonOf(service.DisableAccount(disable.context, Disabling(ada.id))), "");
  });
}

TEST_F(OperatorsTest, Roles_AreGrantedRevokedAndListed) {
  Run([&](AuthService& service) -> Task<> {
    const auto root = co_await Operator(service, "root@x.test", domain::Role::kAdmin);
    const auto ada = co_await SignUp(service, "ada@x.test");
    Call grant("GrantRole", root);
    api::auth::GrantRoleRequest granting;
    granting.set_account_id(ada.id.ToString());
    granting.set_role("finance");
    EXPECT_EQ((co_await service.GrantRole(grant.context, granting)).roles(0), "finance");
    granting.set_role("operator");
    EXPECT_EQ(co_await ReasonOf(service.GrantRole(grant.context, granting)), "INVALID_ARGUMENT");
    Call revoke("RevokeRole", root);
    api::auth::RevokeRoleRequest revoking;
    revoking.set_account_id(ada.id.ToString());
    revoking.set_role("finance");
    EXPECT_EQ((co_await service.RevokeRole(revoke.context, revoking)).roles_size(), 0);
    revoking.set_account_id(root.id.ToString());
    revoking.set_role("admin");
    EXPECT_EQ(co_await ReasonOf(service.RevokeRole(revoke.context, revoking)), "LAST_ADMIN");
    revoking.set_account_id(AccountId::New().ToString());
    EXPECT_EQ(co_await ReasonOf(service.RevokeRole(revoke.context, revoking)), "NOT_FOUND");

    Call list("ListRoles", root);
    const auto roles = co_await service.ListRoles(list.context, {});
    EXPECT_EQ(roles.roles(0).name(), "admin");
    EXPECT_EQ(roles.roles(0).scope(), api::auth::Role::MARKETPLACE);
    EXPECT_EQ(roles.roles(0).permissions_size(), std::ssize(Of(domain::Role::kAdmin).Numbers()));
    const auto& owner = *std::ranges::find(roles.roles(), "owner", &api::auth::Role::name);
    EXPECT_EQ(owner.scope(), api::auth::Role::SELLER);
    EXPECT_NE(std::ranges::find(owner.permissions(), "stock.adjust"), owner.permissions().end());
  });
}

TEST_F(OperatorsTest, Accounts_AreListedInPagesAndFound) {
  Run([&](AuthService& service) -> Task<> {
    const auto root = co_await Operator(service, "root@x.test", domain::Role::kAdmin);
    for (const std::string email : {"ada@x.test", "Adam@x.test", "bob@x.test"})
      co_await SignUp(service, email);
    Call list("ListAccounts", root);
    const auto emails = [&](api::auth::ListAccountsRequest request) -> Task<std::string> {
      std::string all;
      for (;;) {
        const auto page = co_await service.ListAccounts(list.context, request);
        for (const auto& account : page.accounts()) all += account.email() + ' ';
        if (!page.has_next_page_token()) co_return all;
        request.set_page_token(page.next_page_token());
        all += "| ";
      }
    };
    api::auth::ListAccountsRequest request;
    request.set_page_size(3);
    EXPECT_EQ(co_await emails(request), "bob@x.test Adam@x.test ada@x.test | root@x.test ");
    const auto page = co_await service.ListAccounts(list.context, request);
    request.set_email_prefix("AD");
    request.set_page_size(1);
    EXPECT_EQ(co_await emails(request), "ada@x.test | Adam@x.test ");
    request.set_page_token(page.next_page_token());
    EXPECT_EQ(co_await ReasonOf(service.ListAccounts(list.context, request)), "INVALID_PAGE_TOKEN");
    api::auth::ListAccountsRequest exact;
    exact.set_email("ADAM@x.test");
    EXPECT_EQ(co_await emails(exact), "Adam@x.test ");
    exact.set_state(api::auth::Account::DISABLED);
    EXPECT_EQ(co_await emails(exact), "");
    exact.set_email("nobody@x.test");
    EXPECT_EQ(co_await emails(exact), "");

    Call get("GetAccount", root);
    api::auth::GetAccountRequest one;
    one.set_account_id(root.id.ToString());
    EXPECT_EQ((co_await service.GetAccount(get.context, one)).roles(0), "admin");
    one.set_account_id(AccountId::New().ToString());
    EXPECT_EQ(co_await ReasonOf(service.GetAccount(get.context, one)), "NOT_FOUND");
  });
}

TEST_F(OperatorsTest, AShopsKey_MayWhatItAndItsMakerMay) {
  Run([&](AuthService& service) -> Task<> {
    auto ada = co_await SignUp(service, "ada@x.test");
    const auto shop = SellerId::New();
    co_await memberships_->Set(Soon(), ada.id, shop, domain::MemberRole::kOwner, 1);
    ada = (co_await accounts_->Find(Soon(), ada.id)).value();
    Call create("CreateSellerApiKey", ada, shop);
    api::auth::CreateSellerApiKeyRequest wanted;
    wanted.set_seller_id(shop.ToString());
    wanted.set_name("import");
    const auto refused = [&](std::string permission) {
      wanted.clear_permissions();
      wanted.add_permissions(std::move(permission));
      return ReasonOf(service.CreateSellerApiKey(create.context, wanted));
    };
    EXPECT_EQ(co_await refused("stock.eat"), "INVALID_ARGUMENT");
    EXPECT_EQ(co_await refused("api_keys.write"), "INVALID_ARGUMENT") << "a key makes no keys";
    EXPECT_EQ(co_await refused("ledger.read"), "PERMISSION_DENIED") << "its maker may not";
    wanted.clear_permissions();
    for (const auto* name : {"stock.adjust", "orders.read"}) wanted.add_permissions(name);
    const auto made = co_await service.CreateSellerApiKey(create.context, wanted);
    EXPECT_EQ(made.secret().size(), 46u);
    EXPECT_TRUE(made.secret().starts_with(made.api_key().prefix()));
    EXPECT_EQ(made.api_key().seller_id(), shop.ToString());
    EXPECT_EQ(Sql("SELECT count(*) FROM api_key WHERE digest = sha256('" + made.secret() + "')"), "1");

    const auto grant = co_await Resolve(service, made.secret());
    EXPECT_EQ(grant.api_key_id(), made.api_key().id());
    EXPECT_EQ(grant.account_id(), ada.id.ToString());
    EXPECT_EQ(grant.account_version(), 2);
    EXPECT_EQ(grant.seller_id(), shop.ToString());
    EXPECT_EQ((std::vector<int>{grant.permissions().begin(), grant.permissions().end()}),
              (std::vector<int>{options::STOCK_ADJUST, options::ORDERS_READ}));
    Call list("ListSellerApiKeys", ada, shop);
    api::auth::ListSellerApiKeysRequest of_shop;
    of_shop.set_seller_id(shop.ToString());
    const auto listed = co_await service.ListSellerApiKeys(list.context, of_shop);
    EXPECT_EQ(listed.api_keys_size(), 1);
    EXPECT_TRUE(listed.api_keys(0).has_last_use_time());
    EXPECT_EQ(co_await ReasonOf(Resolve(service, identity::MakeApiKey())), "NOT_FOUND");

    Sql("DELETE FROM seller_member");
    EXPECT_EQ((co_await Resolve(service, made.secret())).permissions_size(), 0) << "its maker has left";

    Call revoke("RevokeSellerApiKey", ada, shop);
    api::auth::RevokeSellerApiKeyRequest revoking;
    revoking.set_seller_id(shop.ToString());
    revoking.set_api_key_id(made.api_key().id());
    co_await service.RevokeSellerApiKey(revoke.context, revoking);
    EXPECT_EQ(co_await ReasonOf(service.RevokeSellerApiKey(revoke.context, revoking)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Resolve(service, made.secret())), "NOT_FOUND");
  });
  EXPECT_EQ(Sql("SELECT string_agg(actor || ' ' || permission, ', ' ORDER BY at) FROM audit_event"),
            "member api_keys.write, member api_keys.write");
}

TEST_F(OperatorsTest, AnOperatorsKey_IsForTheWholeMarketplace_AndHasLimits) {
  Run([&](AuthService& service) -> Task<> {
    const auto root = co_await Operator(service, "root@x.test", domain::Role::kAdmin);
    Call create("CreateApiKey", root);
    api::auth::CreateApiKeyRequest wanted;
    wanted.set_name("report");
    wanted.add_permissions("roles.grant");
    EXPECT_EQ(co_await ReasonOf(service.CreateApiKey(create.context, wanted)), "INVALID_ARGUMENT");
    wanted.set_permissions(0, "ledger.read");
    wanted.mutable_expire_time()->set_seconds(1);
    EXPECT_EQ(co_await ReasonOf(service.CreateApiKey(create.context, wanted)), "INVALID_ARGUMENT");
    wanted.clear_expire_time();
    const auto made = co_await service.CreateApiKey(create.context, wanted);
    EXPECT_FALSE(made.api_key().has_seller_id());
    const auto grant = co_await Resolve(service, made.secret());
    EXPECT_EQ(grant.permissions(0), options::LEDGER_READ);
    EXPECT_EQ(grant.seller_id(), "");
    for (int i = 0; i < 2; ++i) co_await service.CreateApiKey(create.context, wanted);
    EXPECT_EQ(co_await ReasonOf(service.CreateApiKey(create.context, wanted)), "LIMIT_REACHED");

    Call list("ListApiKeys", root);
    api::auth::ListApiKeysRequest pages;
    pages.set_page_size(2);
    const auto first = co_await service.ListApiKeys(list.context, pages);
    EXPECT_EQ(first.api_keys_size(), 2);
    pages.set_page_token(first.next_page_token());
    const auto second = co_await service.ListApiKeys(list.context, pages);
    EXPECT_EQ(second.api_keys_size(), 1);
    EXPECT_EQ(second.api_keys(0).id(), made.api_key().id());

    Call revoke("RevokeApiKey", root);
    api::auth::RevokeApiKeyRequest revoking;
    revoking.set_api_key_id(made.api_key().id());
    co_await service.RevokeApiKey(revoke.context, revoking);
    EXPECT_EQ(co_await ReasonOf(Resolve(service, made.secret())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.CreateApiKey(create.context, wanted)), "");
  });
}

}  // namespace
}  // namespace market::auth
