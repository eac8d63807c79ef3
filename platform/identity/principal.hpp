// Who asks: what a verified access token says about its bearer. What a row belongs to is decided in the
// storage of the service that owns it.
#pragma once
#include <cstdint>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/identity/permissions.hpp"

namespace market::identity {

struct Membership {
  SellerId seller;
  Permissions permissions;
};

// What the caller has shown: an access token, which a person signed in for, an API key, or the certificate of
// those who run the marketplace's machines, which is nobody's account.
enum class Bearer : std::uint8_t { kPerson, kApiKey, kCertificate };

struct Principal {
  AccountId account;        // nil with kCertificate
  Uuid session;             // or API key; nil with kCertificate
  Permissions permissions;  // for everything: by the roles of the account
  std::vector<Membership> sellers;
  Bearer bearer = Bearer::kPerson;
  bool guest = false;           // has no password yet: policies say what is for a full account
  bool email_verified = false;  // a mail to its address was answered
  bool second_factor = false;   // the account has one: whoever signs in shows it

  bool IsMemberOf(const SellerId& seller) const;
  // Those whose membership grants it.
  std::vector<SellerId> SellersWith(Permission permission) const;
};

// What people must have shown before they act, where the marketplace asks for it.
enum class PeopleNeed : std::uint8_t { kNothing, kVerifiedEmail };

// Throws Error EMAIL_NOT_VERIFIED.
void Demand(PeopleNeed need, const Principal& caller);

}  // namespace market::identity
