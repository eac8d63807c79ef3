// The text of a header field, as its readers cut it (RFC 9110, sections 5.6.1 and 5.6.3). Pure; what is given refers to `text`.
#pragma once
#include <algorithm>
#include <string_view>

namespace market {

// Without the blanks around it: spaces and tabs.
inline std::string_view TrimmedField(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The part of `rest` before the separator, which goes from it, too; all of it where there is none.
inline std::string_view CutOff(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace market
