// Draws documents for people, in a thread of its own: fonts and layout take their time, and the io thread has none.
//
// Owner: the service; it waits for its thread when it ends, for a document at most. Io thread only. What waits for the thread is
// bounded: more is refused with Error OVERLOADED.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/documents/sheet.hpp"
#include "platform/runtime/blocking_pool.hpp"

namespace market::documents {

class Printer {
 public:
  enum class Form : std::uint8_t { kPage, kPdf };

  Printer() : pool_(kThreads, kQueue) {}

  // The same bytes each time for the same sheet. `write` runs in the thread and must own what it is made of.
  Task<std::string> Print(std::function<Sheet()> write, Time issued_at, Form form);

 private:
  static constexpr std::size_t kThreads = 1;
  static constexpr std::size_t kQueue = 32;  // documents that wait for it

  runtime::BlockingPool pool_;
};

// As what a document is shown: text/html, or else application/pdf. What the methods that print answer (`rest.shown_by`).
Printer::Form FormOf(std::string_view media_type);
struct Shown {
  std::string_view media_type;
  std::string_view ending;  // of the file's name
};
Shown ShownAs(Printer::Form form);

// A large document goes out in pieces, far below what an answer may have: `after` is where the piece before it ended.
struct Piece {
  std::string content;
  std::string next;  // "" after the last
};
Piece PieceOf(const std::string& document, std::string_view after);

}  // namespace market::documents
