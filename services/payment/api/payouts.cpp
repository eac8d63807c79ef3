// Payouts, and where they go.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/convert.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/domain/iban.hpp"

namespace market::payment {
namespace {

using domain::PayoutId;

constexpr std::int64_t kLinesShown = 100;

// Nothing: every shop.
std::optional<std::vector<SellerId>> ReachedSellers(const CallContext& call) {
  if (call.Reach().everything) return std::nullopt;
  return call.Reach().sellers;
}

void RequireSecondFactor(const CallContext& call, BankChanges::Need need) {
  if (need == BankChanges::Need::kNone || call.Caller().second_factor) return;
  throw Error(Code::kPermissionDenied, "SECOND_FACTOR_NEEDED",
              "where a shop's money goes is said by somebody who signs in with a second factor");
}

// Of a bank account with its number unsealed, which stays within this call.
struct NewTarget {
  domain::PayoutTarget target;
  std::string iban;
};

NewTarget TargetFrom(const api::payment::PutPayoutAccountRequest& request) {
  const bool at_provider = !request.provider_account().empty();
  if (at_provider == !request.iban().empty()) {
    throw InvalidArgument(at_provider ? "providerAccount" : "iban", at_provider ? "ONE_OF" : "REQUIRED",
                          "either iban or providerAccount must be given");
  }
  NewTarget made;
  if (at_provider) {
    made.target.provider_account = request.provider_account();
    return made;
  }
  const auto iban = domain::IbanFrom(request.iban());
  if (!iban) throw InvalidArgument("iban", "NOT_AN_IBAN", "must be the number of a bank account");
  if (request.account_holder().empty())
    throw InvalidArgument("accountHolder", "REQUIRED", "must say whose bank account it is");
  made.iban = *iban;
  made.target.holder = request.account_holder();
  made.target.iban_last4 = iban->substr(iban->size() - 4);
  made.target.country = iban->substr(0, 2);
  made.target.bic = request.bic();
  return made;
}

std::optional<Currency> CurrencyFrom(const std::string& code) {
  return code.empty() ? std::nullopt : std::optional(Currency::Parse(code));
}

// A page of them; what selects the rows belongs to its token.
template <class Response, class Request>
Task<Response> PageOfPayouts(CallContext& call, storage::Payouts& payouts, const rpc::PageTokens& pages,
                             const Request& request) {
  Response response;
  const storage::PayoutsWanted wanted{.scope = ReachedSellers(call),
                                      .seller = request.seller_id().empty()
                                                    ? std::nullopt
                                                    : std::optional(SellerId::From(request.seller_id())),
                                      .state = StateFrom(request.state()),
                                      .currency = CurrencyFrom(request.currency())};
  const auto filter =
      "payouts|" + request.seller_id() + '|' + std::to_string(request.state()) + '|' + request.currency();
  const auto size = rpc::PageSize(request.page_size());
  const auto before = pages.Decode<PayoutId>(filter, request.page_token());
  auto found = co_await payouts.List(call, wanted,
                                     before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  const auto kept = rpc::FillPage(*response.mutable_payouts(), size, found, [](const domain::Payout& payout) {
    return market::payment::ToProto(payout);
  });
  if (kept < found.size()) response.set_next_page_token(pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

}  // namespace

Task<api::payment::PayoutAccount> PaymentService::PutPayoutAccount(
    CallContext& call, api::payment::PutPayoutAccountRequest request) {
  RequireSecondFactor(call, deps_.bank_changes.need);
  const auto seller = SellerId::From(request.seller_id());
  auto wanted = TargetFrom(request);
  for (;;) {
    const auto now = co_await deps_.payout_accounts.Find(call, seller);
    if (now) {
      auto same = now->target;
      same.sealed_iban = wanted.target.sealed_iban;
      if (same == wanted.target && deps_.bank_numbers.Opened(now->target.sealed_iban, seller) == wanted.iban)
        co_return ToProto(*now, deps_.clock.Now());
    }
    auto target = wanted.target;
    if (!wanted.iban.empty()) target.sealed_iban = deps_.bank_numbers.Sealed(wanted.iban, seller);
    const auto changed = co_await deps_.payout_accounts.Change(call, seller, now ? now->version : 0,
                                                               std::move(target), deps_.bank_changes.hold,
                                                               call.Caller().account, rpc::ActOf(call));
    if (changed) co_return ToProto(*changed, deps_.clock.Now());
  }
}

Task<api::payment::PayoutAccount> PaymentService::GetPayoutAccount(
    CallContext& call, api::payment::GetPayoutAccountRequest request) {
  const auto account = co_await deps_.payout_accounts.Find(call, SellerId::From(request.seller_id()));
  if (!account) throw NotFound("the shop's payout account");
  co_return ToProto(*account, deps_.clock.Now());
}

Task<api::payment::Payout> PaymentService::RequestPayout(CallContext& call,
                                                         api::payment::RequestPayoutRequest request) {
  // Named after the operation: a repetition of the request is the same payout.
  PayoutRun::Wanted wanted{
      .id = PayoutId(call.OperationId()),
      .seller = SellerId::From(request.seller_id()),
      .currency = Currency::Parse(request.currency()),
      .amount_minor = request.has_amount() ? std::optional(request.amount()) : std::nullopt,
      .trace = call.Trace().ToTraceparent()};
  co_return ToProto(co_await deps_.payout_run.OnDemand(call, std::move(wanted), rpc::ActOf(call)));
}

Task<api::payment::ListSellerPayoutsResponse> PaymentService::ListSellerPayouts(
    CallContext& call, api::payment::ListSellerPayoutsRequest request) {
  co_return co_await PageOfPayouts<api::payment::ListSellerPayoutsResponse>(call, deps_.payouts, deps_.pages,
                                                                            request);
}

Task<api::payment::ListPayoutsResponse> PaymentService::ListPayouts(
    CallContext& call, api::payment::ListPayoutsRequest request) {
  co_return co_await PageOfPayouts<api::payment::ListPayoutsResponse>(call, deps_.payouts, deps_.pages,
                                                                      request);
}

Task<api::payment::Payout> PaymentService::GetPayout(CallContext& call,
                                                     api::payment::GetPayoutRequest request) {
  const auto payout =
      co_await deps_.payouts.Find(call, PayoutId::From(request.payout_id()), ReachedSellers(call));
  if (!payout) throw NotFound("the payout");
  auto out = ToProto(*payout);
  for (const auto& line : co_await deps_.payouts.Lines(call, payout->id, std::nullopt, kLinesShown))
    *out.add_lines() = ToProto(line);
  co_return out;
}

Task<api::payment::ListPayoutLinesResponse> PaymentService::ListPayoutLines(
    CallContext& call, api::payment::ListPayoutLinesRequest request) {
  const auto payout =
      co_await deps_.payouts.Find(call, PayoutId::From(request.payout_id()), ReachedSellers(call));
  if (!payout) throw NotFound("the payout");
  const auto filter = "payout_lines|" + request.payout_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<storage::EntryId, std::int64_t>(filter, request.page_token());
  auto lines = co_await deps_.payouts.Lines(
      call, payout->id,
      after ? std::optional(std::pair(std::get<0>(*after), std::get<1>(*after))) : std::nullopt, size + 1);
  api::payment::ListPayoutLinesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_lines(), size, lines,
                                  [](const storage::PayoutLine& line) { return ToProto(line); });
  if (kept < lines.size()) {
    const auto& last = lines[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.entry, std::int64_t{last.position}));
  }
  co_return response;
}

Task<api::payment::Payout> PaymentService::MarkPayoutPaid(CallContext& call,
                                                          api::payment::MarkPayoutPaidRequest request) {
  co_return ToProto(co_await deps_.payout_run.Mark(call, PayoutId::From(request.payout_id()),
                                                   domain::PayoutState::kPaid,
                                                   rpc::ActOf(call, request.reason())));
}

Task<api::payment::Payout> PaymentService::MarkPayoutReturned(
    CallContext& call, api::payment::MarkPayoutReturnedRequest request) {
  co_return ToProto(co_await deps_.payout_run.Mark(call, PayoutId::From(request.payout_id()),
                                                   domain::PayoutState::kReturned,
                                                   rpc::ActOf(call, request.reason())));
}

}  // namespace market::payment
