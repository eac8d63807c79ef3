// Does what the rows of a file say, one after the other.
//
// A row's effects, how far the import is and what was found on the way are one transaction: whoever goes on after a crash
// begins with the first row of which nothing was done. A row is done whole or refused whole. A dry run does the same and
// undoes it. Each row changes what the API would change by the same functions of the storage, so that events, stock and
// records follow.
//
// Any number of processes may, since an import is taken by lease. Io thread only. Holds a piece of the file and a row.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "platform/uploads/uploads.hpp"
#include "services/product/process/offer_rows.hpp"
#include "services/product/process/seller_directory.hpp"
#include "services/product/storage/categories.hpp"
#include "services/product/storage/imports.hpp"

namespace market::product {

class Importer {
 public:
  // All must outlive it.
  struct Deps {
    uploads::Uploads& uploads;
    storage::Imports& imports;
    storage::Categories& categories;
    storage::Products& products;
    storage::Offers& offers;
    const SellerDirectory& sellers;
    const domain::Market& market;
  };
  struct Options {
    // Of a turn, after which other shops have theirs.
    std::int64_t rows = 1'000;
    std::chrono::milliseconds time{4000};
    // Of a row; shorter than the lease.
    std::chrono::milliseconds row_limit{5000};
    // So many rows that change nothing are written down together.
    std::size_t findings_max = 100;
    std::int64_t rows_max = imports::kRowsMax;
  };
  enum class Outcome : std::uint8_t { kMore, kEnded };
  struct Driven {
    Outcome outcome = Outcome::kMore;
    storage::ImportProgress rows;  // of this turn alone: their counts
  };

  Importer(const Deps& deps, Options options) : deps_(deps), options_(options) {}

  // One turn. Throws storage::LostImport when somebody else has taken over.
  Task<Driven> Drive(Work work, const storage::ImportLease& lease);

 private:
  class Turn;

  const Deps deps_;
  const Options options_;
};

}  // namespace market::product
