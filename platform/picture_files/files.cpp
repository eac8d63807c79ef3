#include "platform/picture_files/files.hpp"

#include "platform/postgres/columns.hpp"

namespace market::picture_files {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

// What is in use stays so, whatever is put again meanwhile.
struct Expected {
  std::int64_t number = 0;
};
constexpr Columns kExpected{Column{"f.number", &Expected::number}};
constexpr ComposedStatement kExpect{
    "picture.expect_files",
    "INSERT INTO picture_file AS f (content, width, height, colour, due_at) "
    "VALUES ($1, $2, $3, $4, market_now() + interval '1 hour') ON CONFLICT (content) DO UPDATE "
    "SET due_at = CASE WHEN f.due_at IS NULL THEN NULL ELSE market_now() + interval '1 hour' END RETURNING " +
        kExpected};
constexpr Statement kUse{"picture.use_files",
                         "UPDATE picture_file SET due_at = NULL WHERE content = $1 AND number = $2"};
constexpr Statement kLock{"picture.lock_files", "SELECT FROM picture_file WHERE content = $1 FOR UPDATE"};
constexpr Statement kLeave{"picture.leave_files",
                           "UPDATE picture_file SET due_at = market_now() WHERE content = $1 "
                           "AND NOT EXISTS (SELECT FROM picture WHERE content = $1)"};

constexpr Columns kDue{Column{"f.content", &Files::Kept::content},
                       Column{"f.width", &Files::Kept::look, &PictureLook::width},
                       Column{"f.height", &Files::Kept::look, &PictureLook::height},
                       Column{"f.colour", &Files::Kept::look, &PictureLook::colour}};
constexpr ComposedStatement kTakeDue{"picture.take_due",
                                     "SELECT " + kDue +
                                         " FROM picture_file f WHERE f.due_at <= market_now() "
                                         "ORDER BY f.due_at LIMIT 1 FOR UPDATE SKIP LOCKED"};
constexpr Statement kForget{"picture.forget_files", "DELETE FROM picture_file WHERE content = $1"};

}  // namespace

Task<std::int64_t> Files::Expect(Work work, std::string content, PictureLook look) {
  const auto result = co_await database_.Write(work, kExpect, content, look.width, look.height, look.colour);
  co_return kExpected.ReadOne(result).number;
}

Task<bool> Files::TakeDue(Work work, std::function<Task<>(Kept)> remove) {
  const auto take = [&](postgres::Tx& tx) -> Task<bool> {
    const auto due = kDue.ReadAtMostOne(co_await tx.Execute(kTakeDue));
    if (!due) co_return false;
    co_await remove(*due);
    Batch batch("picture.forget");
    batch.Add(kForget, due->content);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, take);
}

void Files::AppendUse(Batch& batch, std::string_view content, std::int64_t number) {
  batch.Add(kUse, content, number);
}

void Files::AppendLock(Batch& batch, std::string_view content) { batch.Add(kLock, content); }

void Files::AppendLeave(Batch& batch, std::string_view content) { batch.Add(kLeave, content); }

}  // namespace market::picture_files
