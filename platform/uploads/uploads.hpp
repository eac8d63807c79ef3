// Files on their way to a service (type/v1/upload.proto): their pieces, in the service's own database, so that every replica
// may take any of them, until a method has made something of the file (migration set "uploads").
//
//   Take:                    for what is made of the file at once; it is held whole.
//   Check, Keep, Read, Drop: for what takes its time, such as an import: a piece at a time.
//
// Owner: the service; `database` must outlive it. Io thread only. What one account has on its way is bounded: `open_max` files,
// `bytes_max` bytes; what is kept is bounded by whoever keeps it. Nobody reaches the pieces of another account: an id belongs
// to the account that used it first, for as long as there is something under it. Pieces that no method has taken go away an
// hour after the last one came. Fails as platform/postgres/errors.hpp says, and as below.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "marketplace/type/v1/upload.pb.h"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::uploads {

struct Options {
  std::string name;                                   // of the service: its worker is <name>.uploads
  int open_max = 8;                                   // files of one account at once
  std::int64_t bytes_max = 128LL * 1024 * 1024;       // of one account at once
  std::int64_t whole_bytes_max = 16LL * 1024 * 1024;  // what Whole holds
  std::chrono::seconds kept{3600};
};

inline constexpr std::size_t kPieceBytesMax =
    192UL * 1024;  // with the rest of a Piece it fits a message of gRPC (256 KiB)

class Uploads {
 public:
  Uploads(postgres::Database& database, Options options);

  // Throws Error INVALID_ARGUMENT for a piece that is empty, too large, or does not begin where the file ends so far, and for
  // the id of another account's file; LIMIT_REACHED beyond the bounds. One that is there already changes nothing; one with
  // other bytes than came before at its place goes on from there, and what came after it is forgotten: it is another file,
  // sent under the same id.
  Task<marketplace::type::v1::PieceAdded> Add(Work work, const AccountId& account,
                                              marketplace::type::v1::Piece piece);

  // The whole file. Throws UPLOAD_INCOMPLETE when what came is not what `upload` tells of, or is gone; BODY_TOO_LARGE for
  // more than `whole_bytes_max`.
  Task<std::string> Whole(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload);

  // What `make(file)`, a Task, makes of the whole file, which is dropped whatever comes of it: an account may have a few files
  // on their way, and this one has arrived. Throws as Whole and `make` do.
  template <class Make>
  auto Take(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload, Make make)
      -> decltype(make(std::string()));

  // The same for a file that is too large to be held: throws as Whole, and reads no more than a piece at a time.
  Task<> Check(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload);
  // The piece that has this byte, from it on; empty at the end. Throws UPLOAD_INCOMPLETE when the file is gone.
  Task<std::string> Read(Work work, const Uuid& id, std::int64_t offset);
  // From now on the file stays, as Check found it, until it is dropped: it belongs to something that is written in the same
  // transaction. Throws UPLOAD_INCOMPLETE when it is not as it was checked any more, or a file is kept under this id already.
  static Task<> Keep(postgres::Tx& tx, const Uuid& id);
  // The kept file, or else the one on its way; may be gone.
  static Task<> Drop(postgres::Tx& tx, const Uuid& id);
  Task<> Drop(Work work, const Uuid& id);

  // Deletes what nobody took, a few files at most; gives how many.
  Task<std::int64_t> Sweep(Work work);
  // Does so, again and again.
  runtime::Every& Sweeping() { return sweeping_; }

 private:
  struct File {
    Uuid file;
    std::int64_t changes = 0;
  };

  Task<std::int64_t> AddIn(postgres::Tx& tx, const AccountId& account, const Uuid& id,
                           const marketplace::type::v1::Piece& piece);
  Task<File> Find(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload);
  // Reads all pieces, into `whole` when there is one. Throws UPLOAD_INCOMPLETE when they are not what they should be.
  Task<> Walk(Work work, const File& file, const marketplace::type::v1::Upload& upload, std::string* whole);
  Task<runtime::Every::Next> SweepRound();
  // In a time of its own: the caller's may be over.
  Task<> DropTaken(Work work, const marketplace::type::v1::Upload& upload);

  postgres::Database& database_;
  const Options options_;
  runtime::Every sweeping_;
};

template <class Make>
auto Uploads::Take(Work work, const AccountId& account, const marketplace::type::v1::Upload& upload,
                   Make make) -> decltype(make(std::string())) {
  auto file = co_await Whole(work, account, upload);
  std::optional<typename decltype(make(std::string()))::value_type> made;
  std::exception_ptr refusal;
  try {
    made = co_await make(std::move(file));
  } catch (...) {
    refusal = std::current_exception();
  }
  co_await DropTaken(work, upload);
  if (refusal) std::rethrow_exception(refusal);
  co_return *std::move(made);
}

}  // namespace market::uploads
