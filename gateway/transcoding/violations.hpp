// What is wrong with the fields of a request, gathered so that one answer names all of it. Bounded: a body
// full of mistakes must not make an answer larger than itself.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/core/utf8.hpp"

namespace market::transcoding {

class Violations {
 public:
  void Add(std::string_view path, std::string_view reason, std::string_view detail) {
    if (fields_.size() >= kMax) return;
    fields_.push_back({ToValidUtf8(path, kPathMax), std::string(reason), std::string(detail)});
  }
  bool Empty() const { return fields_.empty(); }

  // Throws Error INVALID_ARGUMENT, with the reason UNKNOWN_FIELD when there is nothing but unknown fields.
  void ThrowIfAny() {
    if (fields_.empty()) return;
    const bool unknown =
        std::ranges::all_of(fields_, [](const auto& field) { return field.reason == kUnknownField; });
    Error error(Code::kInvalidArgument, unknown ? kUnknownField : "INVALID_ARGUMENT",
                unknown ? "the request has unknown fields" : "the request has invalid fields");
    error.fields = std::move(fields_);
    throw error;
  }

  static constexpr std::string_view kUnknownField = "UNKNOWN_FIELD";

 private:
  static constexpr std::size_t kMax = 20;
  static constexpr std::size_t kPathMax = 120;

  std::vector<FieldViolation> fields_;
};

}  // namespace market::transcoding
