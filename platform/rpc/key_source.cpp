#include "platform/rpc/key_source.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include "marketplace/type/v1/key_set.pb.h"

namespace market::rpc {
namespace {

Task<std::vector<identity::PublicKey>> FetchOver(Channel& channel, const Method& method,
                                                 runtime::Deadline deadline) {
  CallContext call(deadline);
  marketplace::type::v1::KeySet set;
  const std::unique_ptr<Message> request(method.request->New());
  co_await channel.Call(method, call, *request, set);
  std::vector<identity::PublicKey> keys;
  for (const auto& key : set.keys()) {
    if (key.kty() == "EC" && key.crv() == "P-256") keys.push_back({key.kid(), key.x(), key.y()});
  }
  co_return keys;
}

}  // namespace

identity::TokenVerifier::FetchKeys FetchKeysOver(Channel& channel, const Method& get_keys) {
  if (get_keys.response->GetDescriptor() != marketplace::type::v1::KeySet::descriptor()) {
    throw std::logic_error(get_keys.path + " does not answer with a KeySet");
  }
  return [&channel, &get_keys](runtime::Deadline deadline) { return FetchOver(channel, get_keys, deadline); };
}

}  // namespace market::rpc
