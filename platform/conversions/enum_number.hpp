// A value of the domain as the contract's enumeration has it: both have the same words. Pure; any thread.
#pragma once
#include <google/protobuf/generated_enum_reflection.h>

#include <stdexcept>
#include <string>

namespace market::conversions {

// Throws std::logic_error for a value whose word the contract lacks.
template <class Number, class Value>
Number NumberOf(Value value) {
  const std::string word(Name(value));
  const auto* found = google::protobuf::GetEnumDescriptor<Number>()->FindValueByName(word);
  if (found == nullptr) throw std::logic_error("the contract has no " + word);
  return static_cast<Number>(found->number());
}

}  // namespace market::conversions
