// Disputes, as shops and operators see them, and what they say to the bank.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/convert.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {
namespace {

using domain::DisputeId;

// Nothing: every shop.
std::optional<std::vector<SellerId>> ShopsWithin(const CallContext& call) {
  if (call.Reach().everything) return std::nullopt;
  return call.Reach().sellers;
}

// A page of them; what selects the rows belongs to its token.
template <class Response, class Request>
Task<Response> PageOfDisputes(CallContext& call, storage::Disputes& disputes, const rpc::PageTokens& pages,
                              const Request& request) {
  const storage::DisputesWanted wanted{.scope = ShopsWithin(call),
                                       .seller = request.seller_id().empty()
                                                     ? std::nullopt
                                                     : std::optional(SellerId::From(request.seller_id())),
                                       .state = DisputeStateFrom(request.state())};
  const auto filter = "disputes|" + request.seller_id() + '|' + std::to_string(request.state());
  const auto size = rpc::PageSize(request.page_size());
  const auto before = pages.Decode<DisputeId>(filter, request.page_token());
  auto found = co_await disputes.List(call, wanted,
                                      before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  Response response;
  const auto kept =
      rpc::FillPage(*response.mutable_disputes(), size, found,
                    [](const domain::Dispute& dispute) { return market::payment::ToProto(dispute); });
  if (kept < found.size()) response.set_next_page_token(pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

}  // namespace

Task<api::payment::ListDisputesResponse> PaymentService::ListDisputes(
    CallContext& call, api::payment::ListDisputesRequest request) {
  co_return co_await PageOfDisputes<api::payment::ListDisputesResponse>(call, deps_.disputes, deps_.pages,
                                                                        request);
}

Task<api::payment::ListSellerDisputesResponse> PaymentService::ListSellerDisputes(
    CallContext& call, api::payment::ListSellerDisputesRequest request) {
  co_return co_await PageOfDisputes<api::payment::ListSellerDisputesResponse>(call, deps_.disputes,
                                                                              deps_.pages, request);
}

Task<api::payment::Dispute> PaymentService::GetDispute(CallContext& call,
                                                       api::payment::GetDisputeRequest request) {
  const auto dispute =
      co_await deps_.disputes.Find(call, DisputeId::From(request.dispute_id()), ShopsWithin(call));
  if (!dispute) throw NotFound("the dispute");
  co_return ToProto(*dispute);
}

Task<api::payment::Dispute> PaymentService::SubmitDisputeEvidence(
    CallContext& call, api::payment::SubmitDisputeEvidenceRequest request) {
  co_return ToProto(co_await deps_.dispute_run.Answer(
      call, DisputeId::From(request.dispute_id()), ShopsWithin(call),
      {.text = request.text(), .carrier = request.carrier(), .tracking_number = request.tracking_number()},
      rpc::ActOf(call)));
}

}  // namespace market::payment
