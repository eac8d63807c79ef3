// What the lists of this room have in common: ids that may be missing, places in a list, and spans of time in its name. Pure.
#pragma once
#include <optional>
#include <string>

#include "platform/rpc/page.hpp"
#include "platform/rpc/page_token.hpp"

namespace market::payment {

template <class SomeId>
std::optional<SomeId> IdFrom(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(SomeId::From(text));
}

template <class SomeId>
std::optional<SomeId> After(const rpc::PageTokens& pages, const std::string& filter,
                            const std::string& token) {
  const auto position = pages.Decode<SomeId>(filter, token);
  return position ? std::optional(std::get<0>(*position)) : std::nullopt;
}

template <class Request>
std::string SpanText(const Request& request) {
  const auto text = [](bool has, const google::protobuf::Timestamp& time) {
    return has ? std::to_string(time.seconds()) + '.' + std::to_string(time.nanos()) : std::string();
  };
  return text(request.has_create_time_from(), request.create_time_from()) + '|' +
         text(request.has_create_time_to(), request.create_time_to());
}

}  // namespace market::payment
