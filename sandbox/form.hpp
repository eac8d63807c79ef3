// Stripe's spelling of parameters: form-encoded, in a body or after the ? of a target. What is nested is
// written with brackets: metadata[reference]=R, created[gte]=1, expand[]=latest_charge. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::sandbox {

class Form {
 public:
  // Nothing unless every value is percent-encoded as it must be.
  static std::optional<Form> Parse(std::string_view encoded);

  bool Has(std::string_view name) const;
  std::string Text(std::string_view name) const;  // "" without one
  // Nothing without one, or when it is not a whole number.
  std::optional<std::int64_t> Int(std::string_view name) const;
  // metadata: what stands in its brackets.
  boost::json::object Group(std::string_view name) const;
  // expand[]=a&expand[]=b, or with numbers in the brackets.
  std::vector<std::string> Listed(std::string_view name) const;
  // The first parameter whose name up to its bracket is none of these.
  std::optional<std::string> Beyond(std::initializer_list<std::string_view> known) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// What %20 and + stand for; nothing when it is broken.
std::optional<std::string> Decoded(std::string_view encoded);

}  // namespace market::sandbox
