// What a process knows of the things of another service: their cards, newest version each, kept in memory
// by that service's feed (feed_reader.hpp), in every process for itself.
//
// Card is a message with `id` and `version`. Owner: the service, one of whose workers calls CatchUp; `source`
// outlives it. Io thread only. A card is about as old as the last success of that worker; before the first,
// and of what is not there yet, nothing is known. Memory: one card per thing.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/events/feed_reader.hpp"

namespace market::events {

template <class Card>
class Cards {
 public:
  struct Page {
    std::vector<Card> cards;  // by id
    bool more = false;
  };
  struct Source {
    // The source's method Feed.
    std::function<Task<marketplace::type::v1::FeedResponse>(marketplace::type::v1::FeedRequest)> feed;
    // All cards after the id, a page of them; from the first on for "".
    std::function<Task<Page>(std::string after)> list;
    // The card that an event has, if it is one of those. Throws as Parse.
    std::function<std::optional<Card>(const Event&)> told;
  };

  explicit Cards(Source source)
      : source_(std::move(source)),
        reader_({.feed = source_.feed,
                 .rebuild = [this] { return Rebuild(); },
                 .apply =
                     [this](const Event& event) {
                       if (auto card = source_.told(event)) Keep(cards_, *std::move(card));
                       ++changes_;
                     }}) {}
  Cards(const Cards&) = delete;
  Cards& operator=(const Cards&) = delete;

  // Throws what the source throws.
  Task<> CatchUp() { return reader_.CatchUp(); }

  // Null when it is not known.
  const Card* Find(const std::string& id) const {
    const auto found = cards_.find(id);
    return found == cards_.end() ? nullptr : &found->second;
  }

  // Each of them, `visit(card)`.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const auto& [id, card] : cards_) visit(card);
  }
  // Grows when cards may have changed.
  std::uint64_t Changes() const { return changes_; }

 private:
  using ById = std::unordered_map<std::string, Card>;

  // The newest card stays: a page may tell of what the rebuild has seen already.
  static void Keep(ById& cards, Card card) {
    auto& known = cards[card.id()];
    if (card.version() > known.version()) known = std::move(card);
  }

  Task<> Rebuild() {
    ById cards;
    std::string after;
    for (bool more = true; more;) {
      auto page = co_await source_.list(after);
      more = page.more && !page.cards.empty();
      if (more) after = page.cards.back().id();
      for (auto& card : page.cards) Keep(cards, std::move(card));
    }
    cards_ = std::move(cards);
    ++changes_;
  }

  Source source_;
  ById cards_;
  std::uint64_t changes_ = 0;
  FeedReader reader_;
};

}  // namespace market::events
