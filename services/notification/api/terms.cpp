// Who runs the marketplace, and on which terms.
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "services/notification/api/convert.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {

Task<api::notification::ListTermsResponse> NotificationService::ListTerms(
    CallContext& call, api::notification::ListTermsRequest request) {
  api::notification::ListTermsResponse response;
  for (const auto& one : domain::Chosen(co_await deps_.terms.Newest(call), request.language()))
    *response.add_terms() = ToProto(one);
  co_return response;
}

Task<api::notification::Terms> NotificationService::PublishTerms(
    CallContext& call, api::notification::PublishTermsRequest request) {
  const auto published = co_await deps_.terms.Publish(call, TermsFrom(request), rpc::ActOf(call));
  if (!published) {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "this version was published with another text")
        .WithField("version", "ALREADY_EXISTS", "is taken");
  }
  co_return ToProto(*published);
}

}  // namespace market::notification
