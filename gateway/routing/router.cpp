#include "gateway/routing/router.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace market::routing {
namespace {

[[noreturn]] void ThrowBad(std::string_view path, const char* why) {
  throw std::logic_error("path template " + std::string(path) + ": " + why);
}

}  // namespace

struct Router::Node {
  struct End {
    std::string verb;
    std::vector<std::pair<std::string, std::size_t>> targets;  // by HTTP method
  };
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> variable;
  std::vector<End> ends;
};

// One search: the path in segments, and what has been found.
struct Router::Walk {
  std::span<const std::string_view> segments;
  std::string_view method;  // empty: collect the methods of all matching templates
  Match match;
  std::size_t variable_count = 0;
  std::vector<std::string_view> methods;
};

PathTemplate PathTemplate::Parse(std::string_view text) {
  PathTemplate result;
  if (!text.starts_with('/')) ThrowBad(text, "must begin with a slash");
  std::string_view rest = text.substr(1);
  const auto last_slash = rest.rfind('/');
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && (last_slash == std::string_view::npos || colon > last_slash)) {
    result.verb = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (result.verb.empty()) ThrowBad(text, "has an empty verb");
  }
  while (true) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool variable = segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
    const std::string_view inner = variable ? segment.substr(1, segment.size() - 2) : segment;
    if (inner.empty() || inner.find_first_of("{}*=:") != std::string_view::npos) {
      ThrowBad(text, "only literal and {variable} segments are supported");
    }
    result.segments.push_back({std::string(inner), variable});
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  const auto variables = std::ranges::count_if(result.segments, &Segment::variable);
  if (result.segments.size() > kSegmentsMax || static_cast<std::size_t>(variables) > kVariablesMax) {
    ThrowBad(text, "is too long");
  }
  return result;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::Add(std::string_view method, std::string_view path_template, std::size_t target) {
  const PathTemplate parsed = PathTemplate::Parse(path_template);
  Node* node = root_.get();
  for (const auto& segment : parsed.segments) {
    if (segment.variable) {
      if (!node->variable) node->variable = std::make_unique<Node>();
      node = node->variable.get();
      continue;
    }
    auto child = std::ranges::find(node->literals, segment.text,
                                   &std::pair<std::string, std::unique_ptr<Node>>::first);
    if (child == node->literals.end()) {
      node->literals.emplace_back(segment.text, std::make_unique<Node>());
      child = std::prev(node->literals.end());
    }
    node = child->second.get();
  }
  auto end = std::ranges::find(node->ends, parsed.verb, &Node::End::verb);
  if (end == node->ends.end()) end = node->ends.insert(end, {parsed.verb, {}});
  if (std::ranges::find(end->targets, method, &std::pair<std::string, std::size_t>::first) !=
      end->targets.end()) {
    ThrowBad(path_template, "stands twice for one method");
  }
  end->targets.emplace_back(method, target);
}

// True when the search is over.
bool Router::VisitEnd(const Node& node, std::string_view verb, Walk& walk) {
  for (const auto& end : node.ends) {
    if (end.verb != verb) continue;
    for (const auto& [method, target] : end.targets) {
      if (walk.method.empty()) {
        if (std::ranges::find(walk.methods, method) == walk.methods.end()) walk.methods.push_back(method);
      } else if (method == walk.method) {
        walk.match.target = target;
        return true;
      }
    }
  }
  return false;
}

bool Router::Visit(const Node& node, Walk& walk, std::size_t depth) {
  const std::string_view segment = walk.segments[depth];
  const bool last = depth + 1 == walk.segments.size();
  const auto colon = last ? segment.rfind(':') : std::string_view::npos;
  const std::string_view name = segment.substr(0, colon);
  const std::string_view verb =
      colon == std::string_view::npos ? std::string_view() : segment.substr(colon + 1);
  if (name.empty() || (colon != std::string_view::npos && verb.empty())) return false;
  for (const auto& [literal, child] : node.literals) {
    if (literal == name && (last ? VisitEnd(*child, verb, walk) : Visit(*child, walk, depth + 1)))
      return true;
  }
  if (!node.variable) return false;
  walk.match.variables[walk.variable_count++] = name;
  if (last ? VisitEnd(*node.variable, verb, walk) : Visit(*node.variable, walk, depth + 1)) return true;
  --walk.variable_count;
  return false;
}

namespace {

// The number of segments; 0 when there are too many for any template, or none.
std::size_t Split(std::string_view path, std::array<std::string_view, kSegmentsMax>& segments) {
  if (!path.starts_with('/')) return 0;
  std::size_t count = 0;
  for (std::string_view rest = path.substr(1);;) {
    const auto slash = rest.find('/');
    if (count == segments.size()) return 0;
    segments[count++] = rest.substr(0, slash);
    if (slash == std::string_view::npos) return count;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace

std::optional<Match> Router::Find(std::string_view method, std::string_view path) const {
  std::array<std::string_view, kSegmentsMax> segments;
  const std::size_t count = Split(path, segments);
  if (count == 0 || method.empty()) return std::nullopt;
  Walk walk{.segments = {segments.data(), count},
            .method = method,
            .match = {},
            .variable_count = 0,
            .methods = {}};
  if (!Visit(*root_, walk, 0)) return std::nullopt;
  return walk.match;
}

std::vector<std::string_view> Router::MethodsOf(std::string_view path) const {
  std::array<std::string_view, kSegmentsMax> segments;
  const std::size_t count = Split(path, segments);
  if (count == 0) return {};
  Walk walk{
      .segments = {segments.data(), count}, .method = {}, .match = {}, .variable_count = 0, .methods = {}};
  Visit(*root_, walk, 0);
  return std::move(walk.methods);
}

}  // namespace market::routing
