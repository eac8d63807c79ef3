#include "services/user/testing/service_fixture.hpp"

namespace market::user {
namespace {

namespace options = marketplace::options::v1;

const identity::Permissions kOwner{options::SELLERS_READ, options::MEMBERS_WRITE, options::SELLERS_CONTROL};
const identity::Permissions kManager{options::SELLERS_READ, options::MEMBERS_WRITE};
const identity::Permissions kStaff{options::SELLERS_READ};

class UserTeam : public ServiceFixture {
 protected:
  Task<> Open(UserService& service) {
    Call call(ada_, "OpenSeller");
    seller_ = (co_await service.OpenSeller(call, NewSeller("engines"))).id();
  }
  // What the mail has: the invitation, and its token.
  Task<std::string> Invite(UserService& service, const std::string& email, const std::string& role) {
    auto call = ByMember(ada_, seller_, kOwner, "CreateInvitation");
    api::user::CreateInvitationRequest invite;
    invite.set_seller_id(seller_);
    invite.set_email(email);
    invite.set_role(role);
    api::user::RevealInvitationRequest reveal;
    reveal.set_invitation_id((co_await service.CreateInvitation(call, invite)).id());
    co_return (co_await service.RevealInvitation(call, reveal)).token();
  }
  Task<> Join(UserService& service, AccountId account, const std::string& email, const std::string& role) {
    auth_.emails[account] = email;
    api::user::AcceptInvitationRequest accept;
    accept.set_token(co_await Invite(service, email, role));
    Call call(account, "AcceptInvitation");
    co_await service.AcceptInvitation(call, accept);
  }
  Task<std::string> Roles(UserService& service) {
    auto call = ByMember(ada_, seller_, kOwner, "ListMembers");
    api::user::ListMembersRequest list;
    list.set_seller_id(seller_);
    std::string roles;
    const auto listed = co_await service.ListMembers(call, list);
    for (const auto& member : listed.members()) roles += member.role() + " ";
    co_return roles;
  }
  Task<> Remove(UserService& service, AccountId by, const identity::Permissions& permissions,
                AccountId account) {
    auto call = ByMember(by, seller_, permissions, "RemoveMember");
    api::user::RemoveMemberRequest remove;
    remove.set_seller_id(seller_);
    remove.set_account_id(account.ToString());
    co_await service.RemoveMember(call, remove);
  }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
  const AccountId eve_ = AccountId::New();
  std::string seller_;
};

TEST_F(UserTeam, AnInvitation_IsForOneEmailAndOneUse) {
  Run([&](UserService& service) -> Task<> {
    co_await Open(service);
    auth_.emails[bob_] = "bob@x.test";
    auth_.emails[eve_] = "eve@x.test";
    api::user::AcceptInvitationRequest accept;
    accept.set_token(co_await Invite(service, "Bob@x.test", "manager"));
    Call bob(bob_, "AcceptInvitation");
    Call eve(eve_, "AcceptInvitation");
    EXPECT_EQ(co_await Refusal(service.AcceptInvitation(eve, accept)), "INVITATION_NOT_YOURS");
    const auto member = co_await service.AcceptInvitation(bob, accept);
    EXPECT_EQ(member.role(), "manager");
    EXPECT_EQ(member.account_id(), bob_.ToString());
    EXPECT_EQ(member.seller_id(), seller_);
    EXPECT_EQ(auth_.bindings.size(), 2u);
    EXPECT_EQ(auth_.bindings[1].role(), "manager");
    EXPECT_EQ(auth_.bindings[1].version(), 1);
    EXPECT_EQ(co_await Refusal(service.AcceptInvitation(bob, accept)), "INVITATION_INVALID");
    for (const auto* token : {"", "inv_", "rt_8b0d", "inv_8b0d"}) {
      accept.set_token(token);
      EXPECT_EQ(co_await Refusal(service.AcceptInvitation(bob, accept)), "INVITATION_INVALID") << token;
    }
    accept.set_token(co_await Invite(service, "bob@x.test", "staff"));
    EXPECT_EQ(co_await Refusal(service.AcceptInvitation(bob, accept)), "ALREADY_EXISTS");
    EXPECT_EQ(co_await Roles(service), "owner manager ");
    auth_.down = true;
    EXPECT_EQ(co_await Refusal(service.AcceptInvitation(bob, accept)), "UNAVAILABLE");
  });
  EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM event WHERE payload LIKE '%inv!_%'::bytea ESCAPE '!'"),
            "0");
}

TEST_F(UserTeam, WhoMayInviteWhom) {
  Run([&](UserService& service) -> Task<> {
    co_await Open(service);
    auto manager = ByMember(bob_, seller_, kManager, "CreateInvitation");
    api::user::CreateInvitationRequest invite;
    invite.set_seller_id(seller_);
    invite.set_email("eve@x.test");
    for (const auto* role : {"owner", "manager"}) {
      invite.set_role(role);
      EXPECT_EQ(co_await Refusal(service.CreateInvitation(manager, invite)), "PERMISSION_DENIED") << role;
    }
    invite.set_role("staff");
    const auto made = co_await service.CreateInvitation(manager, invite);
    EXPECT_EQ(made.email(), "eve@x.test");
    EXPECT_EQ((made.expire_time().seconds() - made.create_time().seconds()) / 3600, 7 * 24);
    auto again = ByMember(bob_, seller_, kManager, "CreateInvitation");
    EXPECT_EQ(co_await Refusal(service.CreateInvitation(again, invite)), "ALREADY_EXISTS email");

    auto call = ByMember(bob_, seller_, kManager, "DeleteInvitation");
    api::user::ListInvitationsRequest list;
    list.set_seller_id(seller_);
    EXPECT_EQ((co_await service.ListInvitations(call, list)).invitations(0).id(), made.id());
    api::user::DeleteInvitationRequest withdraw;
    withdraw.set_seller_id(seller_);
    withdraw.set_invitation_id(made.id());
    EXPECT_EQ(co_await Refusal(service.DeleteInvitation(call, withdraw)), "");
    EXPECT_EQ(co_await Refusal(service.DeleteInvitation(call, withdraw)), "NOT_FOUND");
    EXPECT_EQ((co_await service.ListInvitations(call, list)).invitations_size(), 0);
    api::user::RevealInvitationRequest reveal;
    reveal.set_invitation_id(made.id());
    EXPECT_EQ(co_await Refusal(service.RevealInvitation(call, reveal)), "NOT_FOUND");

    temporary_.Execute("UPDATE seller SET state = 'CLOSED'");
    EXPECT_EQ(co_await Refusal(service.CreateInvitation(again, invite)), "ILLEGAL_TRANSITION");
  });
  EXPECT_EQ(temporary_.Execute(
                "SELECT string_agg(concat_ws(' ', actor, permission, target_type), ', ' ORDER BY at, id) "
                "FROM audit_event"),
            "member members.write invitation, member members.write invitation");
}

TEST_F(UserTeam, UpdateMember_ByEtag_TheLastOwnerStays) {
  Run([&](UserService& service) -> Task<> {
    co_await Open(service);
    co_await Join(service, bob_, "bob@x.test", "staff");
    auto call = ByMember(ada_, seller_, kOwner, "UpdateMember");
    api::user::UpdateMemberRequest update;
    update.set_seller_id(seller_);
    update.set_account_id(bob_.ToString());
    EXPECT_EQ(co_await Refusal(service.UpdateMember(call, update)), "INVALID_ARGUMENT member.role");
    update.mutable_member()->set_role("owner");
    update.set_if_match("1");
    const auto member = co_await service.UpdateMember(call, update);
    EXPECT_EQ(member.role(), "owner");
    EXPECT_EQ(member.etag(), "2");
    EXPECT_EQ(auth_.bindings.back().role(), "owner");
    EXPECT_EQ(auth_.bindings.back().version(), 2);
    update.mutable_member()->set_role("staff");
    EXPECT_EQ(co_await Refusal(service.UpdateMember(call, update)), "ETAG_MISMATCH");
    update.clear_if_match();
    EXPECT_EQ((co_await service.UpdateMember(call, update)).role(), "staff");
    update.set_account_id(ada_.ToString());
    EXPECT_EQ(co_await Refusal(service.UpdateMember(call, update)), "LAST_OWNER");
    update.set_account_id(eve_.ToString());
    EXPECT_EQ(co_await Refusal(service.UpdateMember(call, update)), "NOT_FOUND");
    EXPECT_EQ(co_await Roles(service), "owner staff ");
  });
}

TEST_F(UserTeam, WhoMayRemoveWhom) {
  Run([&](UserService& service) -> Task<> {
    co_await Open(service);
    const auto mia = AccountId::New();
    co_await Join(service, bob_, "bob@x.test", "staff");
    co_await Join(service, eve_, "eve@x.test", "staff");
    co_await Join(service, mia, "mia@x.test", "manager");
    EXPECT_EQ(co_await Refusal(Remove(service, bob_, kStaff, eve_)), "PERMISSION_DENIED");
    EXPECT_EQ(co_await Refusal(Remove(service, mia, kManager, ada_)), "PERMISSION_DENIED");
    EXPECT_EQ(co_await Refusal(Remove(service, ada_, kOwner, ada_)), "LAST_OWNER");
    EXPECT_EQ(co_await Refusal(Remove(service, ada_, kOwner, AccountId::New())), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(Remove(service, bob_, kStaff, bob_)), "");
    EXPECT_EQ(co_await Refusal(Remove(service, mia, kManager, eve_)), "");
    EXPECT_EQ(co_await Refusal(Remove(service, ada_, kOwner, mia)), "");
    EXPECT_EQ(co_await Roles(service), "owner ");
    EXPECT_EQ(auth_.unbindings.size(), 3u);
    EXPECT_EQ(auth_.unbindings[0].account_id(), bob_.ToString());
    EXPECT_EQ(auth_.unbindings[0].version(), 2);
  });
  EXPECT_EQ(temporary_.Execute(
                "SELECT string_agg(concat_ws(' ', permission, before ->> 'role'), ', ' ORDER BY at, id) "
                "FROM audit_event WHERE method LIKE '%RemoveMember'"),
            "members.write staff, members.write manager");
}

TEST_F(UserTeam, AuthAway_TheOutboxTellsIt) {
  Run([&](UserService& service) -> Task<> {
    co_await Open(service);
    co_await Join(service, bob_, "bob@x.test", "staff");
    auth_.down = true;
    co_await Remove(service, ada_, kOwner, bob_);
    EXPECT_EQ(co_await Roles(service), "owner ");
  });
  EXPECT_TRUE(auth_.unbindings.empty());
  EXPECT_EQ(temporary_.Execute("SELECT string_agg(topic, ' ' ORDER BY seq) FROM outbox"),
            "seller.bind seller.bind seller.unbind");
}

TEST_F(UserTeam, OfNobodysShop_ThereIsNone) {
  Run([&](UserService& service) -> Task<> {
    auto call = ByOperator("ListMembers");
    api::user::ListMembersRequest list;
    list.set_seller_id(SellerId::New().ToString());
    EXPECT_EQ(co_await Refusal(service.ListMembers(call, list)), "NOT_FOUND");
  });
}

}  // namespace
}  // namespace market::user
