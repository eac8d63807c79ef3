#include "services/auth/credentials/strength.hpp"

#include <zxcvbn.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace market::auth {
namespace {

constexpr std::size_t kShortestWord = 3;

bool IsOfAWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The text and the words in it: "ada@example.com", "ada", "example", "com".
void AddWords(std::vector<std::string>& words, const std::string& text) {
  words.push_back(text);
  auto at = text.begin();
  while (at != text.end()) {
    const auto begin = std::find_if(at, text.end(), IsOfAWord);
    at = std::find_if_not(begin, text.end(), IsOfAWord);
    if (at - begin >= static_cast<std::ptrdiff_t>(kShortestWord)) words.emplace_back(begin, at);
  }
}

}  // namespace

double StrengthBits(const std::string& password, std::span<const std::string> own) {
  std::vector<std::string> words;
  for (const auto& text : own) AddWords(words, text);
  std::vector<const char*> dictionary;
  for (const auto& word : words) dictionary.push_back(word.c_str());
  dictionary.push_back(nullptr);
  return ZxcvbnMatch(password.c_str(), dictionary.data(), nullptr);
}

}  // namespace market::auth
