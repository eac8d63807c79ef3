// All documents at one moment, and how the next moment comes of it.
//
// A value: immutable, any number of threads may search one while the next is made. What changes becomes a
// small segment; what it replaces is marked dead in the others. Small neighbours become one at once; when
// great ones are due (Due), Merged takes its time, on any thread, and With puts the result in the place of
// its parts, whatever has died in them meanwhile. Throws std::bad_alloc.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "services/product/index/segment.hpp"

namespace market::product::index {

class Snapshot {
 public:
  Snapshot() = default;

  // The documents are there instead of what had their ids; those of `removed` are gone.
  Snapshot Changed(std::vector<Document> documents, const std::vector<domain::ProductId>& removed) const;

  struct Merge {
    std::vector<Part> parts;  // neighbours
    std::shared_ptr<const Segment> segment;
  };
  // What should become one, if anything.
  std::optional<Merge> Due() const;
  static Merge Merged(Merge due);
  Snapshot With(const Merge& merged) const;

  const std::vector<Part>& Parts() const { return parts_; }
  std::uint64_t Documents() const;
  std::uint64_t Bytes() const;

 private:
  void MergeSmall();

  std::vector<Part> parts_;  // the greatest first, more or less
};

}  // namespace market::product::index
