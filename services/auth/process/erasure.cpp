#include "services/auth/process/erasure.hpp"

#include <algorithm>
#include <exception>

namespace market::auth {

Task<ErasureOutcome> Erasure::Advance(CallContext& call, storage::ErasureLease lease) {
  std::exception_ptr failed;
  std::string waits_for;
  for (const auto& peer : peers_) {
    if (std::ranges::find(lease.waiting, peer.name) == lease.waiting.end()) continue;
    PersonalDataPeer::EraseRequest request;
    request.set_account_id(lease.account.ToString());
    request.set_email(lease.email);
    PersonalDataPeer::EraseResponse answer;
    try {
      answer = co_await peer.erase(call, std::move(request));
    } catch (const Error&) {
      if (!failed) failed = std::current_exception();
      continue;
    }
    if (!answer.waits_for().empty()) {
      waits_for = peer.name + ": " + answer.waits_for();
      continue;
    }
    co_await erasures_.Erased(call, lease, peer.name);
    std::erase(lease.waiting, peer.name);
  }
  if (failed) std::rethrow_exception(failed);
  if (!lease.waiting.empty()) {
    co_await erasures_.Postpone(call, lease, ask_again_, std::move(waits_for));
    co_return ErasureOutcome::kWaits;
  }
  co_await erasures_.EndPass(call, lease);
  co_return ErasureOutcome::kPassEnded;
}

}  // namespace market::auth
