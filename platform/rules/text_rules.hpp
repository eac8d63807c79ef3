// What a piece of text must look like. Pure; linear in the text.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace market::rules {

// The length in code points; nullopt unless it is valid UTF-8 without control characters (except newline and
// tab) and without bidirectional overrides and isolates, which make text read as what it is not.
std::optional<std::size_t> CleanLength(std::string_view text);

// The HTML standard's definition, with at least one dot in the domain.
bool IsEmail(std::string_view text);
// https, a host name, perhaps a port, then printable ASCII; no user information.
bool IsHttpsUrl(std::string_view text);

}  // namespace market::rules
