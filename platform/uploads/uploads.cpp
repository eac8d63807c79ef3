#include "platform/uploads/uploads.hpp"

#include <optional>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/postgres/columns.hpp"

namespace market::uploads {
namespace {

using namespace std::chrono_literals;
using marketplace::type::v1::Piece;
using marketplace::type::v1::PieceAdded;
using marketplace::type::v1::Upload;
using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::Statement;

constexpr std::chrono::seconds kSweepLimit{30};
constexpr std::chrono::seconds kDropLimit{2};
constexpr int kSweptAtOnce = 16;

// What one account has on its way is counted, and nobody else takes an id meanwhile. A statement of its own: the next one
// sees what whoever held the lock has done.
constexpr Statement kLockAccount{"uploads.lock_account",
                                 "SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || $1::text, 0))"};
constexpr Statement kLockId{"uploads.lock_id",
                            "SELECT pg_advisory_xact_lock(hashtextextended('upload ' || $1::text, 0))"};

// What there is of a file, and of the piece at the place of a new one.
struct Before {
  bool own = false;
  bool kept = false;
  Uuid file;
  std::int64_t received = 0;
  std::optional<bool> same;  // nothing: no piece begins there
};
constexpr Columns kBefore{Column{"u.account_id = $2", &Before::own}, Column{"u.kept", &Before::kept},
                          Column{"u.file", &Before::file}, Column{"u.received", &Before::received},
                          Column{"sha256(p.content) = $4", &Before::same}};

constexpr postgres::ComposedStatement kLook{"uploads.look", "SELECT " + kBefore + R"sql(
FROM upload u LEFT JOIN upload_piece p ON p.file = u.file AND p.at_byte = $3 AND NOT u.kept
WHERE u.id = $1 ORDER BY u.kept FOR UPDATE OF u)sql"};

struct OnItsWay {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};
constexpr Columns kOnItsWay{Column{"count(*)", &OnItsWay::files},
                            Column{"coalesce(sum(u.received), 0)::bigint", &OnItsWay::bytes}};

constexpr postgres::ComposedStatement kCount{
    "uploads.count", "SELECT " + kOnItsWay + " FROM upload u WHERE u.account_id = $1 AND NOT u.kept"};

constexpr Statement kBegin{"uploads.begin", R"sql(
INSERT INTO upload (file, id, account_id, received) VALUES ($1, $2, $3, $4))sql"};

constexpr Statement kGrow{"uploads.grow", R"sql(
UPDATE upload SET received = $2, changes = changes + 1, checked = false, touched_at = market_now()
WHERE file = $1)sql"};

constexpr Statement kTouch{"uploads.touch", "UPDATE upload SET touched_at = market_now() WHERE file = $1"};

constexpr Statement kForgetFrom{"uploads.forget_from",
                                "DELETE FROM upload_piece WHERE file = $1 AND at_byte >= $2"};

constexpr Statement kInsertPiece{"uploads.insert_piece", R"sql(
INSERT INTO upload_piece (file, at_byte, content) VALUES ($1, $2, $3))sql"};

struct Found {
  Uuid file;
  std::int64_t received = 0;
  std::int64_t changes = 0;
};
constexpr Columns kFound{Column{"u.file", &Found::file}, Column{"u.received", &Found::received},
                         Column{"u.changes", &Found::changes}};

constexpr postgres::ComposedStatement kFind{"uploads.find", "SELECT " + kFound + R"sql(
FROM upload u WHERE u.id = $1 AND u.account_id = $2 ORDER BY u.kept LIMIT 1)sql"};

constexpr Statement kPiece{"uploads.piece", R"sql(
SELECT p.content FROM upload_piece p WHERE p.file = $1 AND p.at_byte = $2)sql"};

constexpr Statement kChecked{"uploads.checked", R"sql(
UPDATE upload SET checked = true, touched_at = market_now() WHERE file = $1 AND changes = $2)sql"};

constexpr Statement kRead{"uploads.read", R"sql(
SELECT substr(p.content, ($2::bigint - p.at_byte + 1)::integer) FROM upload_piece p
WHERE p.file = (SELECT u.file FROM upload u WHERE u.id = $1 ORDER BY u.kept DESC LIMIT 1) AND p.at_byte <= $2
ORDER BY p.at_byte DESC LIMIT 1)sql"};

constexpr Statement kKeep{"uploads.keep", R"sql(
UPDATE upload SET kept = true
WHERE id = $1 AND NOT kept AND checked AND NOT EXISTS (SELECT FROM upload k WHERE k.id = $1 AND k.kept))sql"};

constexpr Statement kDrop{"uploads.drop", R"sql(
DELETE FROM upload WHERE file = (SELECT u.file FROM upload u WHERE u.id = $1 ORDER BY u.kept DESC LIMIT 1))sql"};

constexpr Statement kSweep{"uploads.sweep", R"sql(
DELETE FROM upload WHERE file IN (
  SELECT file FROM upload WHERE NOT kept AND touched_at <= market_now() - $1::interval
  ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

Error Incomplete(std::string message) {
  return {Code::kFailedPrecondition, "UPLOAD_INCOMPLETE", std::move(message)};
}

Error LimitReached(std::string message, std::int64_t limit) {
  return Error(Code::kFailedPrecondition, "LIMIT_REACHED", std::move(message))
      .WithMetadata("limit", std::to_string(limit));
}

Uuid IdOf(const std::string& text, const char* field) {
  const auto id = Uuid::Parse(text);
  if (!id) throw InvalidArgument(field, "INVALID_UUID", "must be a UUID of 36 characters");
  return *id;
}

void RefuseUnfit(const Piece& piece) {
  if (piece.content().empty()) throw InvalidArgument("content", "REQUIRED", "a piece must not be empty");
  if (piece.content().size() > kPieceBytesMax) {
    throw InvalidArgument("content", "TOO_LARGE",
                          "a piece can have at most " + std::to_string(kPieceBytesMax) + " bytes");
  }
  if (piece.offset() < 0) throw InvalidArgument("offset", "TOO_SMALL", "must be at least 0");
}

Error OutOfPlace(std::int64_t received) {
  return InvalidArgument("offset", "OUT_OF_PLACE",
                         received == 0 ? "nothing of the file is here yet: it begins at 0"
                                       : "the file ends at " + std::to_string(received) +
                                             " so far: that is where the next piece begins");
}

}  // namespace

Uploads::Uploads(postgres::Database& database, Options options)
    : database_(database),
      options_(std::move(options)),
      sweeping_({.name = options_.name + ".uploads", .period = 5min}, [this] { return SweepRound(); }) {}

Task<PieceAdded> Uploads::Add(Work work, const AccountId& account, Piece piece) {
  RefuseUnfit(piece);
  const auto id = IdOf(piece.upload_id(), "uploadId");
  PieceAdded added;
  added.set_received(co_await database_.Transaction(
      work, [&](postgres::Tx& tx) -> Task<std::int64_t> { return AddIn(tx, account, id, piece); }));
  co_return added;
}

Task<std::int64_t> Uploads::AddIn(postgres::Tx& tx, const AccountId& account, const Uuid& id,
                                  const Piece& piece) {
  const auto at = piece.offset();
  const auto size = static_cast<std::int64_t>(piece.content().size());
  Batch look("uploads.look");
  look.Add(kLockAccount, account.ToString())
      .Add(kLockId, id.ToString())
      .Add(kLook, id, account, at, Bytes{crypto::Sha256(piece.content())})
      .Add(kCount, account);
  const auto looked = co_await tx.Execute(std::move(look));
  const auto all = kBefore.ReadAll(looked[2]);
  for (const auto& one : all) {
    if (!one.own) throw InvalidArgument("uploadId", "TAKEN", "is another file's: choose a new one");
  }
  const Before* before = all.empty() || all.front().kept ? nullptr : &all.front();
  const auto on_its_way = kOnItsWay.ReadOne(looked[3]);

  Batch write("uploads.add");
  if (before != nullptr && before->same.value_or(false)) {
    write.Add(kTouch, before->file);
    co_await tx.ExecuteAndCommit(std::move(write));
    co_return before->received;
  }
  const auto received = before != nullptr ? before->received : 0;
  const bool replaces = before != nullptr && before->same.has_value();
  if (at != received && !replaces) throw OutOfPlace(received);
  if (before == nullptr && on_its_way.files >= options_.open_max) {
    throw LimitReached(
        "as many files of yours as there may be are on their way: " + std::to_string(options_.open_max),
        options_.open_max);
  }
  if (on_its_way.bytes - received + at + size > options_.bytes_max) {
    throw LimitReached(
        "as many bytes of yours as there may be are on their way: " + std::to_string(options_.bytes_max),
        options_.bytes_max);
  }
  const auto file = before != nullptr ? before->file : Uuid::NewV7();
  if (before == nullptr) {
    write.Add(kBegin, file, id, account, size);
  } else {
    write.Add(kGrow, file, at + size);
  }
  if (replaces) write.Add(kForgetFrom, file, at);
  write.Add(kInsertPiece, file, at, Bytes{piece.content()});
  co_await tx.ExecuteAndCommit(std::move(write));
  co_return at + size;
}

Task<Uploads::File> Uploads::Find(Work work, const AccountId& account, const Upload& upload) {
  const auto id = IdOf(upload.id(), "upload.id");
  const auto found = kFound.ReadAtMostOne(co_await database_.Write(work, kFind, id, account));
  if (!found) throw Incomplete("nothing of the file is here, or not any more");
  if (found->received != upload.size()) {
    throw Incomplete(std::to_string(found->received) + " bytes of the file are here, not " +
                     std::to_string(upload.size()));
  }
  co_return File{found->file, found->changes};
}

// On connections for what is large, so that the short reads of others do not wait behind it. What changes meanwhile shows in
// the digest.
Task<> Uploads::Walk(Work work, const File& file, const Upload& upload, std::string* whole) {
  crypto::Sha256Stream digest;
  for (std::int64_t at = 0; at < upload.size();) {
    const auto rows = co_await database_.List(work, kPiece, file.file, at);
    const auto row = rows.First();
    if (!row) throw Incomplete("a piece of the file is missing");
    const auto content = row->GetBytes(0);
    digest.Add(content);
    if (whole != nullptr) whole->append(content);
    at += static_cast<std::int64_t>(content.size());
  }
  std::string told;
  crypto::AppendHex(told, digest.Finish());
  if (told != upload.sha256()) throw Incomplete("other bytes came than those the digest is of");
}

Task<std::string> Uploads::Whole(Work work, const AccountId& account, const Upload& upload) {
  if (upload.size() > options_.whole_bytes_max) {
    throw Error(Code::kInvalidArgument, "BODY_TOO_LARGE",
                "the file can have at most " + std::to_string(options_.whole_bytes_max) + " bytes");
  }
  const auto file = co_await Find(work, account, upload);
  std::string whole;
  whole.reserve(static_cast<std::size_t>(upload.size()));
  co_await Walk(work, file, upload, &whole);
  co_return whole;
}

Task<> Uploads::Check(Work work, const AccountId& account, const Upload& upload) {
  const auto file = co_await Find(work, account, upload);
  co_await Walk(work, file, upload, nullptr);
  const auto marked = co_await database_.Write(work, kChecked, file.file, file.changes);
  if (marked.AffectedRows() == 0) throw Incomplete("the file changed while it was looked at");
}

Task<std::string> Uploads::Read(Work work, const Uuid& id, std::int64_t offset) {
  const auto rows = co_await database_.List(work, kRead, id, offset);
  const auto row = rows.First();
  if (!row) throw Incomplete("the file is gone");
  co_return row->GetBytes(0);
}

Task<> Uploads::Keep(postgres::Tx& tx, const Uuid& id) {
  const auto kept = co_await tx.Execute(kKeep, id);
  if (kept.AffectedRows() == 0) throw Incomplete("the file is gone, has changed, or its id was used before");
}

Task<> Uploads::Drop(postgres::Tx& tx, const Uuid& id) { co_await tx.Execute(kDrop, id); }

Task<> Uploads::Drop(Work work, const Uuid& id) { co_await database_.Write(work, kDrop, id); }

Task<> Uploads::DropTaken(Work work, const Upload& upload) {
  co_await Drop(work.With(runtime::After(kDropLimit)), Uuid::Parse(upload.id()).value());
}

Task<std::int64_t> Uploads::Sweep(Work work) {
  const auto swept = co_await database_.Write(work, kSweep, options_.kept, kSweptAtOnce);
  co_return swept.AffectedRows();
}

Task<runtime::Every::Next> Uploads::SweepRound() {
  const auto gone = co_await Sweep(runtime::After(kSweepLimit));
  co_return gone == kSweptAtOnce ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace market::uploads
