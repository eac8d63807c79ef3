// Puts one scalar into a field, from what JSON or a URL wrote. `list` fields get one more element.
#pragma once
#include <string_view>

#include "gateway/transcoding/schema.hpp"

namespace market::transcoding {

// Why a value was refused; `reason` is empty when it was not.
struct Refusal {
  std::string_view reason;
  std::string_view detail;
  explicit operator bool() const { return !reason.empty(); }
};

Refusal AssignString(Message& message, const FieldSchema& field, std::string_view value);
Refusal AssignNumber(Message& message, const FieldSchema& field, std::string_view text);
Refusal AssignBool(Message& message, const FieldSchema& field, bool value);

// From a URL, where everything is text. `text` is decoded UTF-8.
Refusal AssignText(Message& message, const FieldSchema& field, std::string_view text);

}  // namespace market::transcoding
