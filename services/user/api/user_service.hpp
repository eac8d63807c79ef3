// UserService as the contract has it. What every call has in common (token, policy, field rules, idempotency,
// errors, metrics) was done by the edge before. Everything "my" is scoped by the caller's account in SQL.
//
// Owner: the user service; io thread only; outlives its callers.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/events/log.hpp"
#include "platform/rpc/page_token.hpp"
#include "platform/uploads/uploads.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/metrics.hpp"
#include "services/user/process/picture_maker.hpp"
#include "services/user/storage/addresses.hpp"
#include "services/user/storage/invitation_tokens.hpp"
#include "services/user/storage/invitations.hpp"
#include "services/user/storage/members.hpp"
#include "services/user/storage/personal_data.hpp"
#include "services/user/storage/pictures.hpp"
#include "services/user/storage/profiles.hpp"
#include "services/user/storage/sellers.hpp"

namespace market::user {

class UserService final : public api::UserApi {
 public:
  struct Deps {
    storage::Profiles& profiles;
    storage::Addresses& addresses;
    storage::Sellers& sellers;
    storage::Members& members;
    storage::Invitations& invitations;
    const storage::InvitationTokens& invitation_tokens;
    std::chrono::milliseconds invitation_lifetime;
    events::Log& log;
    api::AuthApi& auth;
    domain::Approval approval;
    identity::PeopleNeed sellers_need;
    const rpc::PageTokens& pages;
    Metrics& metrics;
    std::function<void()> wake_outbox;  // something was appended
    storage::PersonalData& personal_data;
    storage::Pictures& pictures;
    PictureMaker& picture_maker;
    uploads::Uploads& uploads;
  };

  explicit UserService(Deps deps) : deps_(std::move(deps)) {}

  Task<api::user::Profile> GetMyProfile(CallContext& call, api::user::GetMyProfileRequest request) override;
  Task<api::user::Profile> UpdateMyProfile(CallContext& call,
                                           api::user::UpdateMyProfileRequest request) override;
  Task<google::protobuf::Empty> CreateProfile(CallContext& call,
                                              api::user::CreateProfileRequest request) override;
  Task<api::user::GetProfilesResponse> GetProfiles(CallContext& call,
                                                   api::user::GetProfilesRequest request) override;

  Task<api::user::ListMyAddressesResponse> ListMyAddresses(
      CallContext& call, api::user::ListMyAddressesRequest request) override;
  Task<api::user::Address> CreateMyAddress(CallContext& call,
                                           api::user::CreateMyAddressRequest request) override;
  Task<api::user::Address> GetMyAddress(CallContext& call, api::user::GetMyAddressRequest request) override;
  Task<api::user::Address> UpdateMyAddress(CallContext& call,
                                           api::user::UpdateMyAddressRequest request) override;
  Task<google::protobuf::Empty> DeleteMyAddress(CallContext& call,
                                                api::user::DeleteMyAddressRequest request) override;
  Task<api::user::Address> GetAddress(CallContext& call, api::user::GetAddressRequest request) override;
  Task<api::user::Address> CheckAddress(CallContext& call, api::user::CheckAddressRequest request) override;

  // pictures.cpp
  Task<marketplace::type::v1::PieceAdded> AddMyPiece(CallContext& call,
                                                     marketplace::type::v1::Piece request) override;
  Task<api::user::MyPicture> UploadMyPicture(CallContext& call,
                                             api::user::UploadMyPictureRequest request) override;
  Task<api::user::MyPicture> GetMyPicture(CallContext& call, api::user::GetMyPictureRequest request) override;
  Task<api::user::ListMyPicturesResponse> ListMyPictures(CallContext& call,
                                                         api::user::ListMyPicturesRequest request) override;
  Task<google::protobuf::Empty> DeleteMyPicture(CallContext& call,
                                                api::user::DeleteMyPictureRequest request) override;
  // For product, which shows them in reviews.
  Task<api::user::KeepPicturesResponse> KeepPictures(CallContext& call,
                                                     api::user::KeepPicturesRequest request) override;
  Task<google::protobuf::Empty> SettlePictures(CallContext& call,
                                               api::user::SettlePicturesRequest request) override;

  Task<api::user::Seller> OpenSeller(CallContext& call, api::user::OpenSellerRequest request) override;
  Task<api::user::Seller> GetSeller(CallContext& call, api::user::GetSellerRequest request) override;
  Task<api::user::ListSellersResponse> ListSellers(CallContext& call,
                                                   api::user::ListSellersRequest request) override;
  Task<api::user::Seller> UpdateSeller(CallContext& call, api::user::UpdateSellerRequest request) override;

  // operate_sellers.cpp
  Task<api::user::ListSellersResponse> ListSellersForOperators(
      CallContext& call, api::user::ListSellersForOperatorsRequest request) override;
  Task<api::user::Seller> ApproveSeller(CallContext& call, api::user::ApproveSellerRequest request) override;
  Task<api::user::Seller> SuspendSeller(CallContext& call, api::user::SuspendSellerRequest request) override;
  Task<api::user::Seller> ReinstateSeller(CallContext& call,
                                          api::user::ReinstateSellerRequest request) override;
  Task<api::user::Seller> CloseSeller(CallContext& call, api::user::CloseSellerRequest request) override;

  // members.cpp
  Task<api::user::ListMembersResponse> ListMembers(CallContext& call,
                                                   api::user::ListMembersRequest request) override;
  Task<api::user::Member> UpdateMember(CallContext& call, api::user::UpdateMemberRequest request) override;
  Task<google::protobuf::Empty> RemoveMember(CallContext& call,
                                             api::user::RemoveMemberRequest request) override;

  // invitations.cpp
  Task<api::user::Invitation> CreateInvitation(CallContext& call,
                                               api::user::CreateInvitationRequest request) override;
  Task<api::user::ListInvitationsResponse> ListInvitations(
      CallContext& call, api::user::ListInvitationsRequest request) override;
  Task<google::protobuf::Empty> DeleteInvitation(CallContext& call,
                                                 api::user::DeleteInvitationRequest request) override;
  Task<api::user::Member> AcceptInvitation(CallContext& call,
                                           api::user::AcceptInvitationRequest request) override;
  Task<api::user::RevealedInvitation> RevealInvitation(CallContext& call,
                                                       api::user::RevealInvitationRequest request) override;

  // For processes that keep the cards of sellers in memory.
  Task<marketplace::type::v1::FeedResponse> Feed(CallContext& call,
                                                 marketplace::type::v1::FeedRequest request) override;
  Task<api::user::ListSellerCardsResponse> ListSellerCards(
      CallContext& call, api::user::ListSellerCardsRequest request) override;

  // For order, which bills in its name.
  Task<api::user::ShopTrader> GetTrader(CallContext& call, api::user::GetTraderRequest request) override;

  // For auth, when an account is closed or its owner asks what is kept (personal_data.cpp).
  Task<marketplace::type::v1::FindClosingObstaclesResponse> FindClosingObstacles(
      CallContext& call, marketplace::type::v1::FindClosingObstaclesRequest request) override;
  Task<marketplace::type::v1::ErasePersonalDataResponse> ErasePersonalData(
      CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) override;
  Task<marketplace::type::v1::ExportPersonalDataResponse> ExportPersonalData(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) override;

 private:
  Task<storage::Addresses::Updated> ChangePlace(CallContext& call, domain::AddressId id,
                                                domain::AddressChange change,
                                                storage::ExpectedVersion expected);
  Task<api::user::Seller> Do(CallContext& call, domain::SellerAct act, std::string seller_id,
                             std::string reason);
  // The account that has this e-mail, if there is one.
  Task<std::optional<AccountId>> FindAccount(CallContext& call, std::string email);
  Task<std::string> EmailOf(CallContext& call, AccountId account);
  // Throws Error PERMISSION_DENIED unless the caller has the seller's `sellers.control`.
  static void RequireControl(const CallContext& call, const SellerId& seller, const std::string& otherwise);
  // Tell auth at once, so that the member's next refresh carries the membership, and older tokens are good no
  // more. Best effort: the outbox is the guarantee.
  Task<> TryBind(CallContext& call, domain::Member member);
  Task<> TryUnbind(CallContext& call, SellerId seller, AccountId account, std::int64_t version);

  Deps deps_;
};

}  // namespace market::user
