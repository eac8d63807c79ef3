// What providers tell by themselves.
#include "services/payment/provider/webhooks.hpp"

#include "platform/telemetry/log.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {
namespace {

Error Refused(const char* reason, const char* why) { return Error(Code::kInvalidArgument, reason, why); }

void RequireSigned(provider::Signed is) {
  switch (is) {
    case provider::Signed::kGood:
      return;
    case provider::Signed::kMalformed:
      throw Refused("WEBHOOK_SIGNATURE_INVALID", "there is no signature that could be checked");
    case provider::Signed::kWrong:
      throw Refused("WEBHOOK_SIGNATURE_INVALID", "it was signed with another secret, or over other bytes");
    case provider::Signed::kOutOfTime:
      // Many of them at once are a clock that goes wrong, the provider's or ours.
      telemetry::log::Warn("webhook.out_of_time", {});
      throw Refused("WEBHOOK_OUT_OF_TIME", "it was not signed within five minutes of now");
  }
}

}  // namespace

// Kept before it is answered: what fails on the way is not answered with 2xx, and the provider sends it
// again.
Task<google::protobuf::Empty> PaymentService::ReceiveWebhook(CallContext& call,
                                                             api::payment::ReceiveWebhookRequest request) {
  RequireSigned(provider::CheckSignature(request.payload(), request.signature(), deps_.door.secrets,
                                         deps_.clock.Now()));
  if (request.provider() != deps_.door.provider) throw NotFound("the provider");
  auto told = provider::ToldIn(request.payload());
  if (!told) throw Refused("WEBHOOK_UNREADABLE", "it is signed, but is no event");
  co_await deps_.webhooks.Keep(call, {.provider = request.provider(),
                                      .event = std::move(told->event),
                                      .type = std::move(told->type),
                                      .charge = std::move(told->charge),
                                      .reference = std::move(told->reference),
                                      .made_at = told->made_at});
  co_return google::protobuf::Empty();
}

}  // namespace market::payment
