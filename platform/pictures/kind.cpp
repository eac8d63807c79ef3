#include "platform/pictures/kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace market::pictures {
namespace {

using namespace std::string_view_literals;

constexpr auto kPngStart = "\x89PNG\r\n\x1a\n"sv;
constexpr auto kJpegStart = "\xff\xd8\xff"sv;

std::uint32_t ByteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// Big-endian, of 2 or 4 bytes that are there.
std::uint32_t NumberAt(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < length; ++i) number = number << 8 | ByteAt(bytes, at + i);
  return number;
}

Structure EndsAt(std::string_view bytes, std::size_t end) {
  if (end > bytes.size()) return Structure::kTruncated;
  return end == bytes.size() ? Structure::kWhole : Structure::kAlsoOther;
}

// Chunks of length, name, data and checksum, the last of which is IEND.
Structure OfPng(std::string_view bytes) {
  std::size_t at = kPngStart.size();
  while (bytes.size() - at >= 12) {
    const auto name = bytes.substr(at + 4, 4);
    const std::size_t next = at + 12 + NumberAt(bytes, at, 4);
    if (name == "IEND") return EndsAt(bytes, next);
    if (next > bytes.size()) break;
    at = next;
  }
  return Structure::kTruncated;
}

// A RIFF file says how long it is, and is padded to an even length.
Structure OfWebp(std::string_view bytes) {
  std::size_t length = 0;
  for (const std::size_t at : {7, 6, 5, 4}) length = length << 8 | ByteAt(bytes, at);
  return EndsAt(bytes, 8 + length + length % 2);
}

// Boxes of length and name up to the end of the file.
Structure OfAvif(std::string_view bytes) {
  constexpr std::array kKnown{"ftyp"sv, "meta"sv, "mdat"sv, "free"sv, "skip"sv, "moov"sv, "uuid"sv};
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at < 8) return Structure::kAlsoOther;
    if (std::ranges::find(kKnown, bytes.substr(at + 4, 4)) == kKnown.end()) return Structure::kAlsoOther;
    std::size_t length = NumberAt(bytes, at, 4);
    if (length == 0) return Structure::kWhole;  // to the end of the file
    if (length == 1) {
      if (bytes.size() - at < 16) return Structure::kTruncated;
      if (NumberAt(bytes, at + 8, 4) != 0) return Structure::kTruncated;
      length = NumberAt(bytes, at + 12, 4);
    }
    if (length < 8) return Structure::kAlsoOther;
    if (length > bytes.size() - at) return Structure::kTruncated;
    at += length;
  }
  return Structure::kWhole;
}

// Where the entropy-coded data that begins there ends: at the next marker that is none of its own.
std::size_t EndOfScan(std::string_view bytes, std::size_t at) {
  for (at = bytes.find('\xff', at); at != bytes.npos && at + 1 < bytes.size(); at = bytes.find('\xff', at)) {
    const auto code = ByteAt(bytes, at + 1);
    const bool inside = code == 0x00 || (code >= 0xd0 && code <= 0xd7);
    if (inside) {
      at += 2;
    } else if (code == 0xff) {
      ++at;
    } else {
      return at;
    }
  }
  return bytes.size();
}

// Where the picture ends, past the file's end for one that does not.
std::size_t EndOfJpeg(std::string_view bytes) {
  const std::size_t never = bytes.size() + 1;
  std::size_t at = 2;
  while (at + 2 <= bytes.size()) {
    if (ByteAt(bytes, at) != 0xff) return never;
    const auto code = ByteAt(bytes, at + 1);
    if (code == 0xff) {  // may stand before a marker any number of times
      ++at;
      continue;
    }
    if (code == 0xd9) return at + 2;
    if (at + 4 > bytes.size()) return never;
    const std::size_t length = NumberAt(bytes, at + 2, 2);
    if (length < 2) return never;
    at += 2 + length;
    if (code == 0xda) at = EndOfScan(bytes, at);
  }
  return never;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Long enough not to be found in a film by chance. Every ZIP ends with what is meant here for it.
bool HasSomethingElse(std::string_view rest) {
  constexpr std::array kOthers{"<script"sv, "<html"sv,          "<!doctype"sv,         "<?php"sv,
                               "<svg "sv,   "%pdf-"sv,          "rar!\x1a"sv,          "gif87a"sv,
                               "gif89a"sv,  "pk\x05\x06\0\0"sv, "7z\xbc\xaf\x27\x1c"sv};
  const auto same = [](char in_file, char c) { return Lower(in_file) == c; };
  return std::ranges::any_of(
      kOthers, [&](std::string_view other) { return !std::ranges::search(rest, other, same).empty(); });
}

Structure OfJpeg(std::string_view bytes) {
  const auto end = EndOfJpeg(bytes);
  if (end > bytes.size()) return Structure::kTruncated;
  return HasSomethingElse(bytes.substr(end)) ? Structure::kAlsoOther : Structure::kWhole;
}

}  // namespace

std::optional<Kind> KindOf(std::string_view bytes) {
  if (bytes.starts_with(kJpegStart)) return Kind::kJpeg;
  if (bytes.starts_with(kPngStart)) return Kind::kPng;
  if (bytes.size() < 16) return std::nullopt;
  if (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return Kind::kWebp;
  const auto brand = bytes.substr(8, 4);
  if (bytes.substr(4, 4) == "ftyp" && (brand == "avif" || brand == "avis")) return Kind::kAvif;
  return std::nullopt;
}

Structure StructureOf(Kind kind, std::string_view bytes) {
  switch (kind) {
    case Kind::kJpeg:
      return OfJpeg(bytes);
    case Kind::kPng:
      return OfPng(bytes);
    case Kind::kWebp:
      return OfWebp(bytes);
    case Kind::kAvif:
      return OfAvif(bytes);
  }
  return Structure::kTruncated;
}

}  // namespace market::pictures
