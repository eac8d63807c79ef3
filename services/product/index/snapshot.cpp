#include "services/product/index/snapshot.hpp"

#include <algorithm>

namespace market::product::index {
namespace {

// Up to here segments become one at once: some ten milliseconds.
constexpr std::uint32_t kSmall = 2'000;
// A segment is at least so many times the one after it.
constexpr std::uint32_t kRatio = 4;
// More dead ones than live ones are not kept.
constexpr std::uint32_t kDeadShare = 2;

// Where the neighbours begin that should become one: the last one, and those before it that are too small for
// it.
std::size_t FirstTooSmall(const std::vector<Part>& parts) {
  if (parts.empty()) return 0;
  std::size_t first = parts.size() - 1;
  std::uint64_t sum = parts[first].Live();
  while (first > 0 && parts[first - 1].Live() < kRatio * sum) sum += parts[--first].Live();
  return first;
}

void MarkDead(std::vector<Part>& parts, const std::vector<domain::ProductId>& ids) {
  for (auto& part : parts) {
    std::vector<std::uint32_t> dead;
    for (const auto& id : ids) {
      const auto found = part.segment->Find(id);
      if (found && !part.dead->Has(*found)) dead.push_back(*found);
    }
    if (dead.empty()) continue;
    Bitmap all = *part.dead;
    all.Add(dead);
    part.dead = std::make_shared<const Bitmap>(std::move(all));
  }
  std::erase_if(parts, [](const Part& part) { return part.Live() == 0; });
}

}  // namespace

Snapshot Snapshot::Changed(std::vector<Document> documents,
                           const std::vector<domain::ProductId>& removed) const {
  Snapshot next = *this;
  std::vector<domain::ProductId> gone = removed;
  for (const auto& document : documents) gone.push_back(document.id);
  MarkDead(next.parts_, gone);
  if (!documents.empty()) {
    next.parts_.push_back({Segment::Of(std::move(documents)), std::make_shared<const Bitmap>()});
  }
  next.MergeSmall();
  return next;
}

void Snapshot::MergeSmall() {
  for (auto first = FirstTooSmall(parts_); first + 1 < parts_.size(); ++first) {
    std::uint64_t sum = 0;
    for (auto i = first; i < parts_.size(); ++i) sum += parts_[i].Live();
    if (sum > kSmall) continue;
    auto merged = Segment::Of(std::span(parts_).subspan(first));
    parts_.resize(first);
    parts_.push_back({std::move(merged), std::make_shared<const Bitmap>()});
    return;
  }
}

std::optional<Snapshot::Merge> Snapshot::Due() const {
  const auto first = FirstTooSmall(parts_);
  if (first + 1 < parts_.size())
    return Merge{{parts_.begin() + static_cast<std::ptrdiff_t>(first), parts_.end()}, {}};
  for (const auto& part : parts_) {
    if (part.dead->Count() * kDeadShare > part.segment->Size()) return Merge{{part}, {}};
  }
  return std::nullopt;
}

Snapshot::Merge Snapshot::Merged(Merge due) {
  due.segment = Segment::Of(due.parts);
  return due;
}

Snapshot Snapshot::With(const Merge& merged) const {
  Bitmap dead;
  Snapshot next;
  std::optional<std::size_t> place;
  std::size_t met = 0;
  for (const auto& part : parts_) {
    const auto source = std::ranges::find(merged.parts, part.segment, &Part::segment);
    if (source == merged.parts.end()) {
      next.parts_.push_back(part);
      continue;
    }
    if (!place) place = next.parts_.size();
    ++met;
    auto died = *part.dead;
    died -= *source->dead;
    died.ForEach([&](std::uint32_t document) {
      if (const auto now = merged.segment->Find(part.segment->IdAt(document))) dead.Add(*now);
    });
  }
  // A part that is no more has died whole, or has become one with others already.
  if (met < merged.parts.size()) {
    for (const auto& source : merged.parts) {
      if (std::ranges::find(parts_, source.segment, &Part::segment) != parts_.end()) continue;
      for (std::uint32_t document = 0; document < source.segment->Size(); ++document) {
        if (source.dead->Has(document)) continue;
        if (const auto now = merged.segment->Find(source.segment->IdAt(document))) dead.Add(*now);
      }
    }
  }
  if (merged.segment->Size() == dead.Count()) return next;
  next.parts_.insert(next.parts_.begin() + static_cast<std::ptrdiff_t>(place.value_or(next.parts_.size())),
                     {merged.segment, std::make_shared<const Bitmap>(std::move(dead))});
  return next;
}

std::uint64_t Snapshot::Documents() const {
  std::uint64_t documents = 0;
  for (const auto& part : parts_) documents += part.Live();
  return documents;
}

std::uint64_t Snapshot::Bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& part : parts_) bytes += part.segment->Bytes() + part.dead->Bytes();
  return bytes;
}

}  // namespace market::product::index
