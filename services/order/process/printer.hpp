// Draws documents for people, in a thread of its own: fonts and layout take their time, and the io thread has none.
//
// Owner: the service; it waits for its thread when it ends, for a document at most. Io thread only. What waits for the thread is
// bounded: more is refused with Error OVERLOADED.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/runtime/blocking_pool.hpp"
#include "services/order/documents/sheet.hpp"
#include "services/order/domain/invoice.hpp"

namespace market::order {

class Printer {
 public:
  enum class Form : std::uint8_t { kPage, kPdf };

  Printer() : pool_(kThreads, kQueue) {}

  // The same bytes each time.
  Task<std::string> Print(domain::Invoice invoice, documents::Language language, Form form);

 private:
  static constexpr std::size_t kThreads = 1;
  static constexpr std::size_t kQueue = 32;  // documents that wait for it

  runtime::BlockingPool pool_;
};

}  // namespace market::order
