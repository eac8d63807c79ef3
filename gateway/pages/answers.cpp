#include "gateway/pages/answers.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace market::pages {
namespace {

const object kNothing;
const array kNone;

}  // namespace

bool Answers::Has(std::string_view url) const {
  return std::ranges::find(told_, url, &Told::url) != told_.end();
}

const object& Answers::Of(std::string_view url) const {
  const auto found = std::ranges::find(told_, url, &Told::url);
  if (found == told_.end()) return kNothing;
  if (!found->read) {
    boost::system::error_code ignored;
    found->value = boost::json::parse(found->body, ignored);
    found->read = true;
  }
  return ObjectOf(found->value);
}

std::string Answers::ToJson() const {
  std::string json = "{";
  for (const auto& told : told_) {
    if (json.size() > 1) json.push_back(',');
    json.append(boost::json::serialize(told.url)).append(":").append(told.body);
  }
  return json + "}";
}

std::string_view TextIn(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

std::int64_t NumberIn(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? 0 : *number;
}

const object& ObjectOf(const boost::json::value& value) {
  const auto* found = value.if_object();
  return found == nullptr ? kNothing : *found;
}

const object& ObjectIn(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value == nullptr ? kNothing : ObjectOf(*value);
}

const array& ListIn(const object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? kNone : *list;
}

}  // namespace market::pages
