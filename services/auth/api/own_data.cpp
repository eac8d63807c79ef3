// What an account's owner does with all that is kept about them: have it told, and end it.
#include "platform/rpc/page.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/api/refusals.hpp"

namespace market::auth {
namespace {

using marketplace::type::v1::ExportPersonalDataRequest;
using marketplace::type::v1::FindClosingObstaclesRequest;

Error OrdersOpen(std::int64_t count) {
  return Error(Code::kFailedPrecondition, "ORDERS_OPEN",
               (count == 1 ? "one of your orders is" : std::to_string(count) + " of your orders are") +
                   std::string(" not done yet: see GET /v1/orders, cancel what you do not want any more and "
                               "confirm what has arrived"))
      .WithMetadata("openOrders", std::to_string(count));
}

Error LastOwner() {
  return Error(Code::kFailedPrecondition, "LAST_OWNER",
               "you are the last owner of a shop: make somebody else an owner of it, or close it, first");
}

}  // namespace

// Who has a password gives it; whoever bought as a guest has none to give.
Task<AuthService::OwnerProof> AuthService::ProveOwner(CallContext& call, std::string password) {
  const auto account = co_await deps_.accounts.Find(call, call.Caller().account);
  if (!account) throw NotFound("the account");
  auto email_key = domain::NormalizeEmail(account->email);
  if (account->guest) co_return OwnerProof{.email_key = std::move(email_key), .password_version = {}};
  const auto judged = co_await JudgeOwner(call, std::move(password));
  co_await deps_.sessions.ForgetTries(call, judged.proven.email_key, judged.proven.guesser);
  co_return OwnerProof{.email_key = std::move(email_key), .password_version = judged.proven.password_version};
}

Task<api::auth::Account> AuthService::CloseMyAccount(CallContext& call,
                                                     api::auth::CloseMyAccountRequest request) {
  const auto id = call.Caller().account;
  const auto proof = co_await ProveOwner(call, request.password());
  FindClosingObstaclesRequest ask;
  ask.set_account_id(id.ToString());
  const auto orders = co_await peers_->orders.FindClosingObstacles(call, ask);
  if (orders.open_orders() > 0) throw OrdersOpen(orders.open_orders());
  const auto shops = co_await peers_->users.FindClosingObstacles(call, ask);
  if (shops.owned_size() > 0) throw LastOwner();
  // What comes in between is waited for by the erasure.
  const auto closed = co_await deps_.erasures.Close(call, id, proof.password_version);
  if (std::holds_alternative<storage::LastAdmin>(closed)) throw LastAdmin();
  const auto* account = std::get_if<domain::Account>(&closed);
  if (account == nullptr) throw BadCredentials();  // the password is another one by now
  co_return ToProto(*account);
}

Task<marketplace::type::v1::ExportPersonalDataResponse> AuthService::TellOwn(CallContext& call,
                                                                             ExportPersonalDataRequest ask) {
  co_return market::personal_data::PageOf("auth", co_await deps_.own_data.Export(call, std::move(ask)));
}

// One service after the other, each in its pages; a page of ours ends when one of theirs has filled it.
Task<api::auth::ExportMyDataResponse> AuthService::ExportMyData(CallContext& call,
                                                                api::auth::ExportMyDataRequest request) {
  const auto id = call.Caller().account;
  const auto filter = "own data|" + id.ToString();
  const auto after = deps_.pages.Decode<std::int64_t, std::string>(filter, request.page_token());
  const auto proof = co_await ProveOwner(call, request.password());

  ExportPersonalDataRequest ask;
  ask.set_account_id(id.ToString());
  ask.set_email(proof.email_key);
  const auto peers = peers_->WithPersonalData();
  std::int64_t source = after ? std::get<0>(*after) : 0;
  ask.set_page_token(after ? std::get<1>(*after) : std::string());
  const auto sources = static_cast<std::int64_t>(peers.size()) + 1;
  api::auth::ExportMyDataResponse response;
  while (source < sources) {
    auto page = source == 0 ? co_await TellOwn(call, ask)
                            : co_await peers.at(static_cast<std::size_t>(source - 1)).tell(call, ask);
    for (auto& record : *page.mutable_records()) *response.add_records() = std::move(record);
    ask.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) ++source;
    if (source < sources && response.ByteSizeLong() > rpc::kPageBytes / 2) break;
  }
  if (source < sources) response.set_next_page_token(deps_.pages.Encode(filter, source, ask.page_token()));
  co_return response;
}

}  // namespace market::auth
