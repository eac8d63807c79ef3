#include "services/user/domain/country.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace market::user::domain {
namespace {

bool IsSeparator(char c) { return c == ' ' || c == '-'; }
bool IsCode(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

// In capitals, with single blanks.
std::string Tidy(std::string_view written) {
  std::string tidy;
  for (const char c : written) {
    if (c == ' ' && tidy.ends_with(' ')) continue;
    tidy += c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  }
  return tidy;
}

// `body` with the separators of `example`; empty when it has another length.
std::string LaidOutAs(std::string_view example, std::string_view body) {
  const auto size = static_cast<std::size_t>(std::ranges::count_if(example, IsCode));
  std::string code;
  if (size != body.size()) return code;
  std::size_t next = 0;
  for (const char c : example) code += IsCode(c) ? body[next++] : c;
  return code;
}

class Reader {
 public:
  explicit Reader(const Country& country)
      : country_(country),
        pattern_(re2::StringPiece(country.postal_pattern.data(), country.postal_pattern.size())) {}

  bool Matches(std::string_view code) const {
    return re2::RE2::FullMatch(re2::StringPiece(code.data(), code.size()), pattern_);
  }

  // With the separators of some example.
  std::optional<std::string> LaidOut(std::string_view body) const {
    for (auto rest = country_.postal_examples; !rest.empty();) {
      const auto example = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(example.size() + 1, rest.size()));
      if (!std::ranges::any_of(example, IsSeparator)) continue;
      if (auto code = LaidOutAs(example, body); !code.empty() && Matches(code)) return code;
    }
    return std::nullopt;
  }

 private:
  const Country& country_;
  const re2::RE2 pattern_;
};

// What may be meant by letters and digits: they alone, without what stands for the country, with it.
std::array<std::string, 4> Bodies(const Country& country, const std::string& compact) {
  const auto without = [&](std::string_view prefix) {
    return !prefix.empty() && compact.starts_with(prefix) ? compact.substr(prefix.size()) : std::string();
  };
  return {compact, without(country.code), without(country.postal_prefix),
          std::string(country.postal_prefix) + compact};
}

}  // namespace

const Country* FindCountry(std::string_view alpha2) {
  const auto countries = Countries();
  const auto found = std::ranges::lower_bound(countries, alpha2, {}, &Country::code);
  return found != countries.end() && found->code == alpha2 ? &*found : nullptr;
}

std::optional<std::string> PostalCode(const Country& country, std::string_view written) {
  if (country.postal_pattern.empty()) return std::string(written);
  const Reader reader(country);
  const auto tidy = Tidy(written);
  std::string compact = tidy;
  std::erase_if(compact, IsSeparator);
  const auto bodies = Bodies(country, compact);
  for (const auto& body : bodies) {
    if (auto code = reader.LaidOut(body)) return code;
  }
  if (reader.Matches(tidy)) return tidy;
  const auto found =
      std::ranges::find_if(bodies, [&](const std::string& body) { return reader.Matches(body); });
  if (found == bodies.end()) return std::nullopt;
  return *found;
}

}  // namespace market::user::domain
