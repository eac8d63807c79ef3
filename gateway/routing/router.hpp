// From an HTTP method and path to a target, by the path templates of google.api.http: literal segments,
// `{variable}` segments and a custom `:verb` at the end.
//
// A literal is preferred to a variable; a path that several templates match belongs to the first that knows
// the method. Paths are compared as sent, without decoding, so "/" and ":" in a variable's value travel as
// %2F and %3A. Filled at start, read-only after that.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::routing {

struct PathTemplate {
  struct Segment {
    std::string text;  // the literal, or the field path of the variable
    bool variable;
  };
  std::vector<Segment> segments;
  std::string verb;  // without the colon; may be empty

  // Throws std::logic_error for anything but the form above.
  static PathTemplate Parse(std::string_view text);
};

inline constexpr std::size_t kVariablesMax = 4;
inline constexpr std::size_t kSegmentsMax = 12;

struct Match {
  std::size_t target = 0;
  std::array<std::string_view, kVariablesMax> variables{};  // as sent, in the order of the template
};

class Router {
 public:
  Router();
  ~Router();

  // Throws std::logic_error for a bad template and for one that is there already.
  void Add(std::string_view method, std::string_view path_template, std::size_t target);

  // `path` has no query.
  std::optional<Match> Find(std::string_view method, std::string_view path) const;
  // Every method the path knows, in the order they were added; empty: there is no such path.
  std::vector<std::string_view> MethodsOf(std::string_view path) const;

 private:
  struct Node;
  struct Walk;

  static bool Visit(const Node& node, Walk& walk, std::size_t depth);
  static bool VisitEnd(const Node& node, std::string_view verb, Walk& walk);

  std::unique_ptr<Node> root_;
};

}  // namespace market::routing
