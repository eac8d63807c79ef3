// For tests: a PDF as a program reads it.
#pragma once
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "platform/core/id.hpp"

namespace market::documents {

// A page after the other, each with its form feed.
inline std::string TextOf(const std::string& pdf) {
  const auto file =
      std::filesystem::temp_directory_path() / ("document-" + Uuid::NewV7().ToString() + ".pdf");
  std::ofstream(file, std::ios::binary) << pdf;
  const auto command = "pdftotext -enc UTF-8 -layout '" + file.string() + "' - 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 4096> piece;
  while (const auto read = std::fread(piece.data(), 1, piece.size(), pipe.get()))
    text.append(piece.data(), read);
  std::filesystem::remove(file);
  return text;
}

}  // namespace market::documents
