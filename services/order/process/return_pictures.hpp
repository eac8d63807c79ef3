// The pictures of returns: their buyers' own, which user keeps as long as a return shows them (ADR 47).
//
// Owner: the service; `claims` and `users` outlive it. Io thread only.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/storage/return_claims.hpp"

namespace market::order {

class ReturnPictures {
 public:
  ReturnPictures(storage::ReturnClaims& claims, api::UserApi& users) : claims_(claims), users_(users) {}

  struct Claimed {
    std::int64_t claim = 0;
    std::vector<std::string> kept;
  };
  // Has user keep them for the return, which must be written with what this gives; some are wanted. Throws Error
  // INVALID_ARGUMENT on the first one that is no picture of the buyer, and what user throws besides.
  Task<Claimed> Claim(CallContext& call, domain::ReturnId coming, AccountId buyer,
                      std::vector<domain::PictureId> wanted);

  // Tells user what returns show whose claims are due, until none is.
  Task<> Settle();

 private:
  Task<bool> SettleOne();

  storage::ReturnClaims& claims_;
  api::UserApi& users_;
};

}  // namespace market::order
