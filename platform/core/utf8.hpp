// UTF-8 of text that came from outside: what is not well formed must not reach a format that demands it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace market {

// U+FFFD, in place of a byte that belongs to no character.
inline constexpr std::string_view kUtf8Replacement = "\xef\xbf\xbd";

// Length of the well-formed sequence at the start of `text` (Unicode table 3-7), 0 when there is none.
std::size_t Utf8SequenceLength(std::string_view text);

// `text` with what is not well formed replaced, cut between two characters at `max_bytes`.
std::string ToValidUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace market
