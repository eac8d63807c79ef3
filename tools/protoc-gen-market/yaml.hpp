// A document of maps, lists and scalars, written as YAML. Keys keep the order they were set in, so that the
// same contract always gives the same bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace market::codegen {

class Yaml {
 public:
  Yaml() : value_(Map()) {}
  Yaml(std::string text) : value_(std::move(text)) {}
  Yaml(std::string_view text) : value_(std::string(text)) {}
  Yaml(const char* text) : value_(std::string(text)) {}
  Yaml(std::int64_t number) : value_(number) {}
  Yaml(int number) : value_(std::int64_t{number}) {}
  Yaml(bool truth) : value_(truth) {}

  static Yaml List(std::vector<Yaml> items = {}) {
    Yaml list;
    list.value_ = std::move(items);
    return list;
  }
  static Yaml Texts(const std::vector<std::string>& texts) { return List({texts.begin(), texts.end()}); }
  static Yaml Ref(std::string_view kind, std::string_view name) {
    return Yaml().Set("$ref", "#/components/" + std::string(kind) + "/" + std::string(name));
  }

  // Of a map: the value of the key, made if it is not there.
  Yaml& operator[](std::string_view key);
  Yaml& Set(std::string_view key, Yaml value) {
    (*this)[key] = std::move(value);
    return *this;
  }
  bool Has(std::string_view key) const;
  bool Empty() const;  // of a map or list
  void Add(Yaml item) { std::get<std::vector<Yaml>>(value_).push_back(std::move(item)); }

  std::string Write() const;

 private:
  using Map = std::vector<std::pair<std::string, Yaml>>;

  void WriteBlock(std::string& out, std::size_t indent) const;
  static void WriteValue(const Yaml& value, std::string& out, std::size_t indent);

  std::variant<Map, std::vector<Yaml>, std::string, std::int64_t, bool> value_;
};

}  // namespace market::codegen
