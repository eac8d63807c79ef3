// What breaks a rule, and how the checks between databases say so.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::invariants {

struct Finding {
  std::string check;     // "X3"
  std::string database;  // where the row is
  std::string row;
  std::string detail;
};

struct Row {
  std::string database;
  std::string id;
};
template <class Value>
struct Said {
  std::string_view by;
  Value value;
};

class Findings {
 public:
  void Add(std::string check, Row row, std::string detail) {
    found_.push_back({std::move(check), std::move(row.database), std::move(row.id), std::move(detail)});
  }
  // Nothing when both say the same.
  template <class Value>
  void Compare(std::string check, Row row, std::string_view what, Said<Value> left, Said<Value> right) {
    if (left.value == right.value) return;
    Add(std::move(check), std::move(row),
        fmt::format("{}: {} says {}, {} says {}", what, left.by, left.value, right.by, right.value));
  }

  std::vector<Finding> Take() { return std::move(found_); }

 private:
  std::vector<Finding> found_;
};

}  // namespace market::invariants
