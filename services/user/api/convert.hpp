// Values of this service to the contract's messages and back.
#pragma once
#include <google/protobuf/field_mask.pb.h>

#include <optional>
#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "services/user/domain/member.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/domain/picture.hpp"
#include "services/user/domain/seller.hpp"

namespace market::user {

api::user::Profile ToProto(const domain::Profile& profile);
api::user::Address ToProto(const domain::Address& address);
api::user::Seller ToProto(const domain::Seller& seller);
api::user::Member ToProto(const domain::Member& member);
api::user::MyPicture ToProto(const domain::Picture& picture);
api::user::Invitation ToProto(const domain::Invitation& invitation);

domain::Address AddressFrom(domain::AddressId id, const api::user::Address& message);

// What a PATCH changes (platform/rpc/partial_update.hpp).
// Throws Error INVALID_ARGUMENT for a field that is none.
domain::ProfileChange ChangeFrom(const api::user::Profile& message, const google::protobuf::FieldMask& mask);
domain::AddressChange ChangeFrom(const api::user::Address& message, const google::protobuf::FieldMask& mask);
domain::SellerChange ChangeFrom(const api::user::Seller& message, const google::protobuf::FieldMask& mask);
// Nullopt for no state.
std::optional<domain::SellerState> StateFrom(api::user::Seller::State state);
// Throws Error INVALID_ARGUMENT on `field` for what is none.
domain::MemberRole RoleFrom(const std::string& role, const char* field);

}  // namespace market::user
