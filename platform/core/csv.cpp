#include "platform/core/csv.hpp"

namespace market::csv {
namespace {

constexpr std::string_view kDangerous = "=+-@\t\r\n";

bool LooksDangerous(std::string_view cell) {
  const auto first = cell.find_first_not_of('\'');
  return first != std::string_view::npos && kDangerous.contains(cell[first]);
}

}  // namespace

std::string Guarded(std::string_view cell) {
  std::string guarded;
  if (LooksDangerous(cell)) guarded = "'";
  return guarded += cell;
}

std::string Unguarded(std::string cell) {
  if (cell.starts_with('\'') && LooksDangerous(cell)) cell.erase(0, 1);
  return cell;
}

void AppendCell(std::string& line, std::string_view cell) {
  const auto guarded = Guarded(cell);
  const bool blank_end = guarded.starts_with(' ') || guarded.ends_with(' ');
  if (guarded.find_first_of(",;\t\"\r\n") == std::string::npos && !blank_end) {
    line += guarded;
    return;
  }
  line += '"';
  for (const char c : guarded) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

}  // namespace market::csv
