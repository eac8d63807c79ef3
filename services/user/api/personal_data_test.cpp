#include "services/user/testing/service_fixture.hpp"

namespace market::user {
namespace {

namespace options = marketplace::options::v1;
using testing::Soon;

const identity::Permissions kOwnerOfTeam{options::SELLERS_READ, options::MEMBERS_WRITE,
                                         options::SELLERS_CONTROL};

class UserPersonalData : public ServiceFixture {
 protected:
  Task<std::string> Open(UserService& service, AccountId owner, std::string slug) {
    Call call(owner, "OpenSeller");
    co_return (co_await service.OpenSeller(call, NewSeller(std::move(slug)))).id();
  }
  Task<> Join(UserService& service, const std::string& seller, AccountId account, const std::string& email) {
    auth_.emails[account] = email;
    auto invited = ByMember(ada_, seller, kOwnerOfTeam, "CreateInvitation");
    api::user::CreateInvitationRequest invite;
    invite.set_seller_id(seller);
    invite.set_email(email);
    invite.set_role("staff");
    api::user::RevealInvitationRequest reveal;
    reveal.set_invitation_id((co_await service.CreateInvitation(invited, invite)).id());
    api::user::AcceptInvitationRequest accept;
    accept.set_token((co_await service.RevealInvitation(invited, reveal)).token());
    Call call(account, "AcceptInvitation");
    co_await service.AcceptInvitation(call, accept);
  }
  static Task<> CreateProfile(UserService& service, AccountId account, std::string name) {
    CallContext call(Soon());
    api::user::CreateProfileRequest request;
    request.set_account_id(account.ToString());
    request.set_display_name(std::move(name));
    co_await service.CreateProfile(call, std::move(request));
  }
  Task<> AddAddress(UserService& service, AccountId account) {
    Call call(account, "CreateMyAddress");
    api::user::CreateMyAddressRequest request;
    auto& address = *request.mutable_address();
    address.set_recipient("Bob Babbage");
    address.add_lines("1 Dorset Street");
    address.set_city("London");
    address.set_postal_code("W1U 4EE");
    address.set_country_code("GB");
    co_await service.CreateMyAddress(call, std::move(request));
  }
  static Task<std::string> Erase(UserService& service, AccountId account, std::string email) {
    CallContext call(Soon());
    marketplace::type::v1::ErasePersonalDataRequest request;
    request.set_account_id(account.ToString());
    request.set_email(std::move(email));
    co_return (co_await service.ErasePersonalData(call, std::move(request))).waits_for();
  }
  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  std::string Whole() {
    std::string all;
    for (const auto* table : {"profile", "address_book", "address", "seller_member", "membership_count",
                              "invitation", "idempotency_key", "outbox", "event", "audit_event"}) {
      all += Sql("SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM " + std::string(table) + " t");
    }
    return all;
  }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
};

TEST_F(UserPersonalData, IsTold_ThenErased_AndStaysSo) {
  Run([&](UserService& service) -> Task<> {
    const auto shop = co_await Open(service, ada_, "engines");
    co_await CreateProfile(service, bob_, "Bob");
    co_await AddAddress(service, bob_);
    co_await Join(service, shop, bob_, "bob@x.test");
    const auto other = co_await Open(service, ada_, "looms");
    auto call = ByMember(ada_, other, kOwnerOfTeam, "CreateInvitation");
    api::user::CreateInvitationRequest invite;
    invite.set_seller_id(other);
    invite.set_email("Bob@X.test");
    invite.set_role("staff");
    co_await service.CreateInvitation(call, invite);
    Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
        "leased_until, "
        "expires_at, answer) SELECT principal, 'm', key, '', gen_random_uuid(), 1, market_now(), "
        "market_now() + interval '1 hour', convert_to(answer, 'UTF8') FROM (VALUES ('" +
        bob_.ToString() + "', 'own', 'mine'), ('" + ada_.ToString() + "', 'member', 'is " + bob_.ToString() +
        "'), ('" + ada_.ToString() + "', 'invited', 'to BOB@x.test'), ('" + ada_.ToString() +
        "', 'other', 'eve@x.test')) AS k (principal, key, answer)");

    marketplace::type::v1::ExportPersonalDataRequest ask;
    ask.set_account_id(bob_.ToString());
    ask.set_email("bob@x.test");
    CallContext told_to(Soon());
    const auto told = co_await service.ExportPersonalData(told_to, ask);
    std::string kinds;
    for (const auto& record : told.records()) kinds += record.kind() + ", ";
    EXPECT_EQ(kinds, "address, invitation, membership, profile, ");
    EXPECT_EQ(told.records(0).fields().at("lines"), "1 Dorset Street");
    EXPECT_EQ(told.records(1).fields().at("email"), "Bob@X.test");

    EXPECT_EQ(co_await Erase(service, bob_, "bob@x.test"), "");
    EXPECT_EQ(auth_.unbindings.size(), 1u);
    co_await CreateProfile(service, bob_, "Bob");
    const auto before = Whole();
    EXPECT_EQ(co_await Erase(service, bob_, ""), "");
    EXPECT_EQ(Whole(), before) << "once more changes nothing and leaves no act";
  });
  const auto left = Whole();
  for (const auto* word : {"Bob", "bob@", "Babbage", "Dorset", "W1U"}) {
    EXPECT_EQ(left.find(word), std::string::npos) << word << " in " << left;
  }
  EXPECT_EQ(Sql("SELECT string_agg(key || coalesce(convert_from(answer, 'UTF8'), ''), ' ' ORDER BY key) FROM "
                "idempotency_key"),
            "invited member othereve@x.test");
  EXPECT_EQ(Sql("SELECT count(*) FROM seller_member WHERE role IS NOT NULL"), "2") << "ada's";
  EXPECT_EQ(Sql("SELECT method FROM audit_event WHERE reason = 'closed by its owner'"),
            "marketplace.user.v1.UserService/ErasePersonalData");
}

TEST_F(UserPersonalData, TheLastOwner_WaitsUntilTheShopIsClosed) {
  Run([&](UserService& service) -> Task<> {
    const auto shop = co_await Open(service, ada_, "engines");
    CallContext call(Soon());
    marketplace::type::v1::FindClosingObstaclesRequest ask;
    ask.set_account_id(ada_.ToString());
    const auto in_the_way = co_await service.FindClosingObstacles(call, ask);
    EXPECT_EQ(in_the_way.owned_size(), 1);
    EXPECT_EQ(in_the_way.owned(0), shop);
    EXPECT_NE((co_await Erase(service, ada_, "ada@x.test")).find(shop), std::string::npos);
    EXPECT_EQ(Sql("SELECT role FROM seller_member"), "owner");
    Sql("UPDATE seller SET state = 'CLOSED'");
    EXPECT_EQ((co_await service.FindClosingObstacles(call, ask)).owned_size(), 0);
    EXPECT_EQ(co_await Erase(service, ada_, "ada@x.test"), "");
    EXPECT_EQ(Sql("SELECT count(role) FROM seller_member"), "0");
  });
}

}  // namespace
}  // namespace market::user
