#include "platform/events/feed_reader.hpp"

namespace market::events {

Task<> FeedReader::CatchUp() {
  for (bool more = true; more;) {
    marketplace::type::v1::FeedRequest request;
    request.set_after(cursor_);
    auto page = co_await source_.feed(std::move(request));
    if (page.expired()) {
      co_await source_.rebuild();
      ++rebuilds_;
    }
    try {
      for (const auto& event : page.events()) source_.apply(event);
    } catch (...) {
      cursor_.clear();
      throw;
    }
    cursor_ = std::move(*page.mutable_next());
    more = page.more() || page.expired();
  }
}

}  // namespace market::events
