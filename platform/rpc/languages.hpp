// Which languages a caller reads, by Accept-Language (RFC 9110 section 12.5.4), looked up as RFC 4647 section 3.4 has it.
// Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace market::rpc {

// What is kept of an Accept-Language on its way: its first ranges, in so many characters. "" for what no such header has in
// it: metadata carries nothing else.
inline constexpr std::size_t kAcceptLanguageCharsMax = 256;
std::string PlainAcceptLanguage(std::string_view header);

// The tags to look for, each once, the best first: each range, the one liked most first, and after it what is left of it
// without its last subtags ("zh-Hant-TW", "zh-Hant", "zh"). In the case of BCP 47, so that they compare with the tags of
// texts as they are. A range that is none and "*" ask for nothing, what has q=0 is left out.
inline constexpr std::size_t kLanguagesMax = 16;
std::vector<std::string> LanguagesIn(std::string_view accept_language);

// The same of one tag, put before those.
std::vector<std::string> LanguagesIn(std::string_view tag, std::string_view accept_language);

}  // namespace market::rpc
