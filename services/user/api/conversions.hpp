// Values of this service to the contract's messages and back.
#pragma once
#include <google/protobuf/field_mask.pb.h>

#include <string>

#include "marketplace/user/v1/user.pb.h"
#include "services/user/domain/people.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user {

marketplace::user::v1::Profile ToProto(const domain::Profile& profile);
marketplace::user::v1::Address ToProto(const domain::Address& address);
marketplace::user::v1::Seller ToProto(const domain::Seller& seller);

domain::Address AddressFrom(const marketplace::user::v1::Address& message);

// What a PATCH changes: the fields of the mask, or without a mask those that are not empty. Output-only
// fields may stand in a mask and are passed over; an unknown one is refused with Error INVALID_ARGUMENT.
domain::ProfileChange ChangeFrom(const marketplace::user::v1::Profile& message,
                                 const google::protobuf::FieldMask& mask);
domain::AddressChange ChangeFrom(const marketplace::user::v1::Address& message,
                                 const google::protobuf::FieldMask& mask);

// Of a request's `if_match`: empty and "*" expect nothing; text that never was an etag matches no version.
storage::ExpectedVersion VersionFrom(const std::string& if_match);

}  // namespace market::user
