// Values of this service to the contract's messages and back.
#pragma once
#include <google/protobuf/field_mask.pb.h>

#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user {

api::user::Profile ToProto(const domain::Profile& profile);
api::user::Address ToProto(const domain::Address& address);
api::user::Seller ToProto(const domain::Seller& seller);

domain::Address AddressFrom(const api::user::Address& message);

// What a PATCH changes: the fields of the mask, or without a mask those that are not empty. Output-only
// fields may stand in a mask and are passed over; an unknown one is refused with Error INVALID_ARGUMENT.
domain::ProfileChange ChangeFrom(const api::user::Profile& message, const google::protobuf::FieldMask& mask);
domain::AddressChange ChangeFrom(const api::user::Address& message, const google::protobuf::FieldMask& mask);

// Of a request's `if_match`: empty and "*" expect nothing; text that never was an etag matches no version.
storage::ExpectedVersion VersionFrom(const std::string& if_match);

}  // namespace market::user
