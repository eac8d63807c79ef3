#include "platform/rpc/backend.hpp"

#include "platform/core/error.hpp"
#include "platform/rpc/client_address.hpp"
#include "platform/rpc/languages.hpp"

namespace market::rpc {

Task<> LocalBackend::Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
                          std::string& response) {
  const std::unique_ptr<Message> message(method.response->New());
  co_await edge_.Call(method, std::move(incoming), call, request, *message);
  message->SerializeToString(&response);
}

Task<> ChannelBackend::Call(const Method& method, Incoming incoming, CallContext& call,
                            const Message& request, std::string& response) {
  const auto channel = channels_.find(method.service);
  if (channel == channels_.end())
    throw Error(Code::kUnimplemented, "UNIMPLEMENTED", "there is no such method");
  CallContextBuilder(call)
      .Deadline(incoming.deadline)
      .Token(std::move(incoming.authorization))
      .RequestId(std::move(incoming.request_id))
      .ClientAddress(std::move(incoming.client_address))
      .UserAgent(PlainUserAgent(incoming.user_agent))
      .AcceptLanguage(PlainAcceptLanguage(incoming.accept_language))
      .IdempotencyKey(std::move(incoming.idempotency_key));
  return channel->second->Call(method, call, request, response);
}

}  // namespace market::rpc
