// People's own pictures, which user keeps as long as something here shows them: a review, a return (ADR 47).
//
// Owner: the service; `claims` and `users` outlive it. Io thread only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/picture_claims/claims.hpp"

namespace market::peers {

class KeptPictures {
 public:
  KeptPictures(picture_claims::Claims& claims, api::UserApi& users) : claims_(claims), users_(users) {}

  struct Claimed {
    std::int64_t claim = 0;
    std::vector<std::string> kept;  // one for each that was wanted, as conversions::WriteKept writes them
  };
  // Has user keep the pictures of these ids for what must be written with what this gives. Throws Error INVALID_ARGUMENT
  // on the first one in `field` that is no picture of the owner, and what user throws besides.
  Task<Claimed> Claim(CallContext& call, Uuid shown_by, AccountId owner,
                      google::protobuf::RepeatedPtrField<std::string> wanted, std::string field);

  // Tells user what is shown by what has claims that are due, until none is.
  Task<> Settle();

 private:
  Task<bool> SettleOne();

  picture_claims::Claims& claims_;
  api::UserApi& users_;
};

}  // namespace market::peers
