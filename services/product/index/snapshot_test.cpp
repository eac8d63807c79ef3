#include "services/product/index/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "services/product/index/testing/things.hpp"

namespace market::product::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Document> Range(std::uint32_t begin, std::uint32_t end, const std::string& title) {
  std::vector<Document> documents;
  for (auto i = begin; i < end; ++i) documents.push_back(Thing(i, title + ' ' + std::to_string(i)));
  return documents;
}

TEST(Snapshot, ANewerDocumentStandsForTheOlder) {
  auto snapshot = Snapshot().Changed({Thing(1, "Mug"), Thing(2, "Lamp")}, {});
  const auto before = snapshot;
  snapshot = snapshot.Changed({Thing(1, "Cup")}, {domain::ProductId(UuidOf(2))});
  EXPECT_THAT(Numbers(snapshot, "cup"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "mug"), IsEmpty());
  EXPECT_THAT(Numbers(snapshot, "lamp"), IsEmpty());
  EXPECT_EQ(snapshot.Documents(), 1u);
  EXPECT_THAT(Numbers(before, "mug"), ElementsAre(1));
  EXPECT_EQ(before.Documents(), 2u);
}

TEST(Snapshot, StaysInFewSegments) {
  Snapshot snapshot;
  for (std::uint32_t i = 0; i < 300; ++i)
    snapshot = snapshot.Changed(Range(i * 10, i * 10 + 10, "Thing"), {});
  while (auto due = snapshot.Due()) snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  EXPECT_LE(snapshot.Parts().size(), 7u);
  EXPECT_EQ(snapshot.Documents(), 3000u);
  EXPECT_EQ(Numbers(snapshot, "thing 2999").size(), 1u);
  EXPECT_GT(snapshot.Bytes(), 0u);
}

// The dead leave no memory behind.
TEST(Snapshot, WhatIsReplacedAgainAndAgain_TakesNoMoreMemory) {
  auto snapshot = Snapshot().Changed(Range(0, 500, "Thing"), {});
  const auto bytes = snapshot.Bytes();
  for (int i = 0; i < 40; ++i) {
    snapshot = snapshot.Changed(Range(0, 500, "Thing"), {});
    while (auto due = snapshot.Due()) snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  }
  EXPECT_LE(snapshot.Bytes(), bytes * 2);
}

TEST(Snapshot, WhatChangesDuringAMerge_IsNotLost) {
  auto snapshot = Snapshot().Changed(Range(0, 2500, "Thing"), {}).Changed(Range(2500, 3500, "Thing"), {});
  auto due = snapshot.Due();
  ASSERT_TRUE(due);
  ASSERT_EQ(due->parts.size(), 2u);
  snapshot = snapshot.Changed({Thing(7, "Zither")}, {domain::ProductId(UuidOf(3000))});
  snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  EXPECT_EQ(snapshot.Documents(), 3499u);
  EXPECT_THAT(Numbers(snapshot, "zither"), ElementsAre(7));
  EXPECT_THAT(Numbers(snapshot, "thing 7"), ::testing::Not(::testing::Contains(7)));
  EXPECT_THAT(Numbers(snapshot, "3000"), IsEmpty());
}

// A part may become one with newer ones, or die whole, while a merge has it.
TEST(Snapshot, PartsThatAreGoneWhenAMergeEnds_AreThereOnce) {
  auto snapshot = Snapshot().Changed(Range(0, 3000, "Thing"), {}).Changed(Range(3000, 4000, "Thing"), {});
  auto due = snapshot.Due();
  ASSERT_TRUE(due);
  snapshot = snapshot.Changed(Range(4000, 4300, "Thing"), {}).Changed(Range(3000, 3001, "Thing"), {});
  snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  EXPECT_EQ(snapshot.Documents(), 4300u);
  EXPECT_EQ(FoundBy(snapshot, ByText("thing")).total, 4300u);
}

// One publishes, others search what was published last; each search sees one moment: all documents carry the
// same number then.
TEST(Snapshot, SearchesSeeOneMoment) {
  constexpr std::uint32_t kThings = 50;
  std::mutex mutex;
  Snapshot published;
  std::atomic<bool> done = false;
  const auto current = [&] {
    const std::scoped_lock lock(mutex);
    return published;
  };
  const auto publish = [&](int round) {
    std::vector<Document> documents;
    for (std::uint32_t i = 0; i < kThings; ++i)
      documents.push_back(Thing(i, "round" + std::string(1, static_cast<char>('a' + round % 26))));
    auto next = current().Changed(std::move(documents), {});
    if (auto due = next.Due()) next = next.With(Snapshot::Merged(*std::move(due)));
    const std::scoped_lock lock(mutex);
    published = std::move(next);
  };
  publish(0);
  std::vector<std::thread> searchers;
  std::atomic<int> searches = 0;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 2; ++i) {
    searchers.emplace_back([&] {
      do {
        const auto snapshot = current();
        std::uint64_t most = 0;
        for (char round = 'a'; round <= 'z'; ++round) {
          most = std::max(most, FoundBy(snapshot, ByText("round" + std::string(1, round))).total);
        }
        if (most != kThings || FoundBy(snapshot, ByText("round")).total != kThings) ++wrong;
        ++searches;
      } while (!done);
    });
  }
  for (int round = 1; round < 40; ++round) publish(round);
  done = true;
  for (auto& searcher : searchers) searcher.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(searches, 0);
}

}  // namespace
}  // namespace market::product::index
