// A language of the pages: its words, its way to write amounts and days, and its shell, the HTML that the build of the pages made
// (web/), with the names of their scripts and styles, into which a page is written.
//
// Read once, at start, from the directory in which the build is; throws std::runtime_error that names the file. Io thread only.
#pragma once
#include <string>
#include <string_view>

#include "gateway/pages/words.hpp"
#include "platform/unicode/display.hpp"

namespace market::pages {

struct Shell {
  // `html`: a file of the build.
  static Shell Of(std::string_view html);

  std::string begin;   // up to where the title and all that tells of the page stand
  std::string middle;  // from there into the element that scripts show the page in
  std::string end;     // from the end of that element
};

struct Speech {
  // `tag`: "en", as it stands in paths; `locale`: how it writes amounts.
  static Speech Read(const std::string& directory, const std::string& tag, const std::string& locale);

  std::string tag;
  Words words;
  unicode::Display display;
  Shell shell;
};

}  // namespace market::pages
