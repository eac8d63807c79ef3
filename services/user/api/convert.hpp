// Values of this service to the contract's messages and back.
#pragma once
#include <google/protobuf/field_mask.pb.h>

#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/domain/seller.hpp"

namespace market::user {

api::user::Profile ToProto(const domain::Profile& profile);
api::user::Address ToProto(const domain::Address& address);
api::user::Seller ToProto(const domain::Seller& seller);

domain::Address AddressFrom(domain::AddressId id, const api::user::Address& message);

// What a PATCH changes (platform/rpc/partial_update.hpp).
// Throws Error INVALID_ARGUMENT for a field that is none.
domain::ProfileChange ChangeFrom(const api::user::Profile& message, const google::protobuf::FieldMask& mask);
domain::AddressChange ChangeFrom(const api::user::Address& message, const google::protobuf::FieldMask& mask);

}  // namespace market::user
