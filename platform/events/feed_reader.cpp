#include "platform/events/feed_reader.hpp"

#include "platform/telemetry/log.hpp"

namespace market::events {

Task<> FeedReader::CatchUp() {
  for (bool more = true; more;) {
    const auto began = std::chrono::steady_clock::now();
    marketplace::type::v1::FeedRequest request;
    request.set_after(cursor_);
    auto page = co_await source_.feed(std::move(request));
    if (page.expired()) {
      co_await source_.rebuild();
      ++rebuilds_;
    }
    try {
      for (const auto& event : page.events()) source_.apply(event);
    } catch (const std::exception& error) {
      telemetry::log::Error("events.apply_failed", {{"detail", error.what()}});
      cursor_.clear();
      throw;
    }
    cursor_ = std::move(*page.mutable_next());
    more = page.more() || page.expired();
    if (!more) caught_up_ = began;
  }
}

std::optional<std::chrono::nanoseconds> FeedReader::Age() const {
  if (!caught_up_) return std::nullopt;
  return std::chrono::steady_clock::now() - *caught_up_;
}

}  // namespace market::events
