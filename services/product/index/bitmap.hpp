// A set of documents of one segment: CRoaring's bitmap as a value.
//
// Owner: whoever holds it. Reads of one that nobody changes: any thread. Throws std::bad_alloc.
#pragma once
#include <roaring/roaring.h>

#include <cstdint>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace market::product::index {

class Bitmap {
 public:
  Bitmap() = default;  // the empty one, which costs nothing
  explicit Bitmap(std::span<const std::uint32_t> documents)
      : set_(documents.empty() ? nullptr : Owned(roaring_bitmap_of_ptr(documents.size(), documents.data()))) {
  }
  // All below `end`.
  static Bitmap Below(std::uint32_t end) {
    Bitmap all;
    if (end > 0) all.set_ = Owned(roaring_bitmap_from_range(0, end, 1));
    return all;
  }
  static Bitmap Union(std::vector<const Bitmap*>& bitmaps) {
    std::vector<const roaring_bitmap_t*> sets;
    for (const auto* bitmap : bitmaps) {
      if (bitmap->set_ != nullptr) sets.push_back(bitmap->set_);
    }
    Bitmap all;
    if (!sets.empty()) all.set_ = Owned(roaring_bitmap_or_many(sets.size(), sets.data()));
    return all;
  }
  Bitmap(const Bitmap& other)
      : set_(other.set_ == nullptr ? nullptr : Owned(roaring_bitmap_copy(other.set_))) {}
  Bitmap(Bitmap&& other) noexcept : set_(std::exchange(other.set_, nullptr)) {}
  Bitmap& operator=(Bitmap other) noexcept {
    std::swap(set_, other.set_);
    return *this;
  }
  ~Bitmap() {
    if (set_ != nullptr) roaring_bitmap_free(set_);
  }

  bool Empty() const { return set_ == nullptr || roaring_bitmap_is_empty(set_); }
  std::uint32_t Count() const {
    return set_ == nullptr ? 0 : static_cast<std::uint32_t>(roaring_bitmap_get_cardinality(set_));
  }
  bool Has(std::uint32_t document) const {
    return set_ != nullptr && roaring_bitmap_contains(set_, document);
  }
  std::size_t Bytes() const {
    return set_ == nullptr ? 0 : roaring_bitmap_size_in_bytes(set_) + kOverheadBytes;
  }

  void Add(std::uint32_t document) {
    if (set_ == nullptr) set_ = Owned(roaring_bitmap_create());
    roaring_bitmap_add(set_, document);
  }
  void Add(std::span<const std::uint32_t> documents) {
    if (documents.empty()) return;
    if (set_ == nullptr) set_ = Owned(roaring_bitmap_create());
    roaring_bitmap_add_many(set_, documents.size(), documents.data());
  }
  // In the least memory.
  void Pack() {
    if (set_ == nullptr) return;
    roaring_bitmap_run_optimize(set_);
    roaring_bitmap_shrink_to_fit(set_);
  }

  Bitmap& operator|=(const Bitmap& other) {
    if (other.set_ == nullptr) return *this;
    if (set_ == nullptr) return *this = other;
    roaring_bitmap_or_inplace(set_, other.set_);
    return *this;
  }
  Bitmap& operator&=(const Bitmap& other) {
    if (set_ == nullptr) return *this;
    if (other.set_ == nullptr) return *this = Bitmap();
    roaring_bitmap_and_inplace(set_, other.set_);
    return *this;
  }
  Bitmap& operator-=(const Bitmap& other) {
    if (set_ != nullptr && other.set_ != nullptr) roaring_bitmap_andnot_inplace(set_, other.set_);
    return *this;
  }
  friend Bitmap operator&(const Bitmap& a, const Bitmap& b) {
    Bitmap both;
    if (a.set_ != nullptr && b.set_ != nullptr) both.set_ = Owned(roaring_bitmap_and(a.set_, b.set_));
    return both;
  }

  // Ascending.
  std::vector<std::uint32_t> Documents() const {
    std::vector<std::uint32_t> documents(Count());
    if (set_ != nullptr) roaring_bitmap_to_uint32_array(set_, documents.data());
    return documents;
  }
  // Ascending, `visit(document)`, which may throw: no function of the library is on the way.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const auto document : Documents()) visit(document);
  }
  // The greatest ones, at most so many, ascending.
  std::vector<std::uint32_t> Last(std::uint32_t count) const {
    const auto all = Count();
    if (all <= count) return Documents();
    std::vector<std::uint32_t> documents(count);
    roaring_bitmap_range_uint32_array(set_, all - count, count, documents.data());
    return documents;
  }

 private:
  static constexpr std::size_t kOverheadBytes = 112;  // what the library and malloc take for a small one

  static roaring_bitmap_t* Owned(roaring_bitmap_t* set) {
    if (set == nullptr) throw std::bad_alloc();
    return set;
  }

  roaring_bitmap_t* set_ = nullptr;
};

}  // namespace market::product::index
