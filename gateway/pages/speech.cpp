#include "gateway/pages/speech.hpp"

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace market::pages {
namespace {

std::string FileAt(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " can't be read");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// `text` before and behind `mark`, which is there once.
std::pair<std::string_view, std::string_view> Around(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos || text.find(mark, at + 1) != std::string_view::npos)
    throw std::runtime_error("it is no page of the shop: " + std::string(mark) +
                             " does not stand in it once");
  return {text.substr(0, at), text.substr(at + mark.size())};
}

}  // namespace

Shell Shell::Of(std::string_view html) {
  const auto [begin, from_title] = Around(html, "<title>");
  const auto [title, behind_title] = Around(from_title, "</title>");
  const auto [middle, end] = Around(behind_title, R"(<div id="app"></div>)");
  // That a page is empty without scripts is not true of what is written here.
  const auto [before, from_noscript] = Around(end, "<noscript>");
  const auto [noscript, behind] = Around(from_noscript, "</noscript>");
  return {.begin = std::string(begin),
          .middle = std::string(middle) + R"(<div id="app">)",
          .end = "</div>" + std::string(before).append(behind)};
}

Speech Speech::Read(const std::string& directory, const std::string& tag, const std::string& locale) {
  const auto page = directory + "/" + tag + ".html";
  const auto catalogue = directory + "/" + tag + ".json";
  const auto naming = [](const std::string& file, auto read) {
    try {
      return read(FileAt(file));
    } catch (const std::exception& error) {
      throw std::runtime_error(file + ": " + error.what());
    }
  };
  return {.tag = tag,
          .words = naming(catalogue,
                          [](const std::string& text) {
                            boost::system::error_code failure;
                            const auto value = boost::json::parse(text, failure);
                            if (failure) throw std::runtime_error("it is no JSON");
                            return Words::Read(value);
                          }),
          .display = unicode::Display(locale),
          .shell = naming(page, [](const std::string& text) { return Shell::Of(text); })};
}

}  // namespace market::pages
