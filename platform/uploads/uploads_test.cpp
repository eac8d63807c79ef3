#include "platform/uploads/uploads.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "migrations/uploads.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::uploads {
namespace {

using namespace std::chrono_literals;
using marketplace::type::v1::Piece;
using marketplace::type::v1::Upload;
using testing::ReasonOf;
using testing::Soon;

constexpr std::array kSets{&migrations::kUploads};

Piece PieceOf(const Uuid& id, std::int64_t offset, std::string content) {
  Piece piece;
  piece.set_upload_id(id.ToString());
  piece.set_offset(offset);
  piece.set_content(std::move(content));
  return piece;
}

Upload UploadOf(const Uuid& id, const std::string& content) {
  Upload upload;
  upload.set_id(id.ToString());
  upload.set_size(static_cast<std::int64_t>(content.size()));
  crypto::AppendHex(*upload.mutable_sha256(), crypto::Sha256(content));
  return upload;
}

class UploadsTest : public ::testing::Test {
 protected:
  // Runs body(uploads, database).
  template <class Body>
  void Run(Options options, Body body) {
    options.name = "test";
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(4));
      co_await database.Open(Soon());
      Uploads uploads(database, options);
      co_await body(uploads, database);
      co_await database.Close(Soon());
    });
  }
  template <class Body>
  void Run(Body body) {
    Run({}, std::move(body));
  }
  Task<std::int64_t> Add(Uploads& uploads, const Uuid& id, std::int64_t offset, std::string content) {
    const auto added = co_await uploads.Add(Soon(), account_, PieceOf(id, offset, std::move(content)));
    co_return added.received();
  }
  // In pieces of three bytes.
  Task<> Send(Uploads& uploads, const Uuid& id, const std::string& content) {
    for (std::size_t at = 0; at < content.size(); at += 3) {
      co_await Add(uploads, id, static_cast<std::int64_t>(at), content.substr(at, 3));
    }
  }
  // What the piece is refused for, as "FIELD reason detail", or the words of another refusal.
  Task<std::string> Refusal(Uploads& uploads, const AccountId& account, Piece piece) {
    try {
      co_await uploads.Add(Soon(), account, std::move(piece));
    } catch (const Error& error) {
      if (error.fields.empty()) co_return error.reason + " " + error.metadata.at(0).second;
      const auto& field = error.fields.at(0);
      co_return field.field + " " + field.reason + " " + field.detail;
    }
    co_return "";
  }
  static Task<> KeepOne(postgres::Database& database, const Uuid& id) {
    co_await database.Transaction(Soon(),
                                  [&](postgres::Tx& tx) -> Task<> { co_await Uploads::Keep(tx, id); });
  }
  std::string Count(const std::string& table) { return disk_.Execute("SELECT count(*) FROM " + table); }

  testing::TemporaryDatabase disk_{kSets};
  const AccountId account_ = AccountId(Uuid::NewV7());
  const AccountId stranger_ = AccountId(Uuid::NewV7());
  const Uuid id_ = Uuid::NewV7();
};

TEST_F(UploadsTest, Pieces_MakeTheFile) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    const std::string content("some\0bytes\xff of a file", 22);
    EXPECT_EQ(co_await Add(uploads, id_, 0, content.substr(0, 10)), 10);
    EXPECT_EQ(co_await Add(uploads, id_, 10, content.substr(10)), 22);
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, content)), content);
    co_await uploads.Check(Soon(), account_, UploadOf(id_, content));
    co_await uploads.Drop(Soon(), id_);
    EXPECT_EQ(co_await ReasonOf(uploads.Whole(Soon(), account_, UploadOf(id_, content))),
              "UPLOAD_INCOMPLETE");
  });
  EXPECT_EQ(Count("upload_piece"), "0");
}

TEST_F(UploadsTest, LargestPieces_ComeBackAsTheyWere) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    std::string content(kPieceBytesMax + 7, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 >> 3);
    co_await Add(uploads, id_, 0, content.substr(0, kPieceBytesMax));
    co_await Add(uploads, id_, kPieceBytesMax, content.substr(kPieceBytesMax));
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, content)), content);
    EXPECT_EQ(co_await uploads.Read(Soon(), id_, kPieceBytesMax - 2), content.substr(kPieceBytesMax - 2, 2));
  });
}

TEST_F(UploadsTest, SamePieceAgain_ChangesNothing) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    co_await Send(uploads, id_, "abcdef");
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "abcdef"));
    EXPECT_EQ(co_await Add(uploads, id_, 0, "abc"), 6);
    EXPECT_EQ(co_await Add(uploads, id_, 3, "def"), 6);
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, "abcdef")), "abcdef");
  });
  EXPECT_EQ(disk_.Execute("SELECT changes || ' ' || checked FROM upload"), "1 true");
}

TEST_F(UploadsTest, UnfitPiece_IsRefused) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(id_, 5, "abc")),
              "offset OUT_OF_PLACE nothing of the file is here yet: it begins at 0");
    co_await Add(uploads, id_, 0, "abc");
    for (const int offset : {1, 2, 4}) {
      EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(id_, offset, "def")),
                "offset OUT_OF_PLACE the file ends at 3 so far: that is where the next piece begins");
    }
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(id_, 3, "")),
              "content REQUIRED a piece must not be empty");
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(id_, 3, std::string(kPieceBytesMax + 1, 'x'))),
              "content TOO_LARGE a piece can have at most 196608 bytes");
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, "abc")), "abc");
  });
}

TEST_F(UploadsTest, PieceWithOtherBytes_GoesOnFromItsPlace) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    co_await Send(uploads, id_, "abcdefghi");
    EXPECT_EQ(co_await Add(uploads, id_, 3, "XY"), 5);
    EXPECT_EQ(co_await Add(uploads, id_, 5, "Z"), 6);
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, "abcXYZ")), "abcXYZ");
    EXPECT_EQ(co_await Add(uploads, id_, 0, "1"), 1);
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, "1")), "1");
  });
}

TEST_F(UploadsTest, AnotherAccountsFile_IsOutOfReach) {
  Run([&](Uploads& uploads, postgres::Database& database) -> Task<> {
    co_await Send(uploads, id_, "abc");
    const std::string taken = "uploadId TAKEN is another file's: choose a new one";
    EXPECT_EQ(co_await Refusal(uploads, stranger_, PieceOf(id_, 0, "abc")), taken);
    EXPECT_EQ(co_await Refusal(uploads, stranger_, PieceOf(id_, 3, "def")), taken);
    const auto upload = UploadOf(id_, "abc");
    EXPECT_EQ(co_await ReasonOf(uploads.Whole(Soon(), stranger_, upload)), "UPLOAD_INCOMPLETE");
    EXPECT_EQ(co_await ReasonOf(uploads.Check(Soon(), stranger_, upload)), "UPLOAD_INCOMPLETE");
    co_await uploads.Check(Soon(), account_, upload);
    co_await KeepOne(database, id_);
    EXPECT_EQ(co_await Refusal(uploads, stranger_, PieceOf(id_, 0, "abc")), taken);
    EXPECT_EQ(co_await uploads.Read(Soon(), id_, 0), "abc");
  });
}

TEST_F(UploadsTest, WhatCameIsNotWhatIsToldOf_IsIncomplete) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    const auto refused = [&](const Upload& upload) -> Task<std::string> {
      EXPECT_EQ(co_await ReasonOf(uploads.Check(Soon(), account_, upload)),
                co_await ReasonOf(uploads.Whole(Soon(), account_, upload)));
      co_return co_await ReasonOf(uploads.Whole(Soon(), account_, upload));
    };
    EXPECT_EQ(co_await refused(UploadOf(id_, "abcdef")), "UPLOAD_INCOMPLETE");
    co_await Send(uploads, id_, "abcdef");
    EXPECT_EQ(co_await refused(UploadOf(id_, "abc")), "UPLOAD_INCOMPLETE");
    EXPECT_EQ(co_await refused(UploadOf(id_, "abcdefg")), "UPLOAD_INCOMPLETE");
    EXPECT_EQ(co_await refused(UploadOf(id_, "abcdeF")), "UPLOAD_INCOMPLETE");
    EXPECT_EQ(co_await refused(UploadOf(id_, "abcdef")), "");
    EXPECT_EQ(co_await ReasonOf(uploads.Read(Soon(), Uuid::NewV7(), 0)), "UPLOAD_INCOMPLETE");
  });
}

TEST_F(UploadsTest, Whole_HoldsNoMoreThanItsLimit) {
  Run({.whole_bytes_max = 5}, [&](Uploads& uploads, auto&) -> Task<> {
    co_await Send(uploads, id_, "abcdef");
    EXPECT_EQ(co_await ReasonOf(uploads.Whole(Soon(), account_, UploadOf(id_, "abcdef"))), "BODY_TOO_LARGE");
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "abcdef"));
  });
}

TEST_F(UploadsTest, WhatOneAccountHasOnItsWay_IsBounded) {
  Run({.open_max = 2, .bytes_max = 10}, [&](Uploads& uploads, postgres::Database& database) -> Task<> {
    const auto second = Uuid::NewV7();
    co_await Send(uploads, id_, "abcdef");
    co_await Send(uploads, second, "abc");
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(Uuid::NewV7(), 0, "a")), "LIMIT_REACHED 2");
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(second, 3, "de")), "LIMIT_REACHED 10");
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(second, 0, "12345")), "LIMIT_REACHED 10");
    EXPECT_EQ(co_await Add(uploads, second, 3, "d"), 4);
    EXPECT_EQ(co_await Refusal(uploads, stranger_, PieceOf(Uuid::NewV7(), 0, "abcdefghij")), "");
    // What is kept is not on its way any more.
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "abcdef"));
    co_await KeepOne(database, id_);
    EXPECT_EQ(co_await Add(uploads, Uuid::NewV7(), 0, "123456"), 6);
  });
}

TEST_F(UploadsTest, ManyFilesAtOnce_AreBoundedAllTheSame) {
  int added = 0;
  Run({.open_max = 4}, [&](Uploads& uploads, auto&) -> Task<> {
    co_await testing::AtOnce(12, [&](int) -> Task<> {
      const auto refusal = co_await Refusal(uploads, account_, PieceOf(Uuid::NewV7(), 0, "abc"));
      EXPECT_TRUE(refusal.empty() || refusal == "LIMIT_REACHED 4") << refusal;
      added += refusal.empty() ? 1 : 0;
    });
  });
  EXPECT_EQ(added, 4);
}

TEST_F(UploadsTest, ReplicasTakePiecesOfOneFile) {
  Run([&](Uploads& uploads, postgres::Database& database) -> Task<> {
    Uploads other(database, {.name = "test"});
    const std::string content = "abcdefghijklmnopqrstuvwxyz";
    co_await testing::AtOnce(2, [&](int which) { return Send(which == 0 ? uploads : other, id_, content); });
    EXPECT_EQ(co_await uploads.Whole(Soon(), account_, UploadOf(id_, content)), content);
    EXPECT_EQ(co_await Add(other, id_, 26, "!"), 27);
  });
}

TEST_F(UploadsTest, KeptFile_StaysWhateverComesUnderItsId) {
  Run([&](Uploads& uploads, postgres::Database& database) -> Task<> {
    co_await Send(uploads, id_, "abcdef");
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "abcdef"));
    co_await KeepOne(database, id_);
    co_await Send(uploads, id_, "123");
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "123"));
    EXPECT_EQ(co_await ReasonOf(KeepOne(database, id_)), "UPLOAD_INCOMPLETE");
    std::string read;
    for (std::string piece = "?"; !piece.empty(); read += piece) {
      piece = co_await uploads.Read(Soon(), id_, static_cast<std::int64_t>(read.size()));
    }
    EXPECT_EQ(read, "abcdef");
    EXPECT_EQ(co_await uploads.Read(Soon(), id_, 4), "ef");
    co_await uploads.Drop(Soon(), id_);
    EXPECT_EQ(co_await uploads.Read(Soon(), id_, 0), "123");
    co_await uploads.Drop(Soon(), id_);
    co_await uploads.Drop(Soon(), id_);
  });
  EXPECT_EQ(Count("upload"), "0");
}

TEST_F(UploadsTest, OnlyWhatIsAsItWasChecked_IsKept) {
  Run([&](Uploads& uploads, postgres::Database& database) -> Task<> {
    co_await Send(uploads, id_, "abcdef");
    EXPECT_EQ(co_await ReasonOf(KeepOne(database, id_)), "UPLOAD_INCOMPLETE");
    co_await uploads.Check(Soon(), account_, UploadOf(id_, "abcdef"));
    co_await Add(uploads, id_, 6, "g");
    EXPECT_EQ(co_await ReasonOf(KeepOne(database, id_)), "UPLOAD_INCOMPLETE");
    EXPECT_EQ(co_await ReasonOf(KeepOne(database, Uuid::NewV7())), "UPLOAD_INCOMPLETE");
  });
}

TEST_F(UploadsTest, WhatNobodyTook_GoesAway) {
  Run([&](Uploads& uploads, postgres::Database& database) -> Task<> {
    const auto kept = Uuid::NewV7();
    co_await Send(uploads, kept, "abc");
    co_await uploads.Check(Soon(), account_, UploadOf(kept, "abc"));
    co_await KeepOne(database, kept);
    co_await Send(uploads, id_, "abc");
    EXPECT_EQ(co_await uploads.Sweep(Soon()), 0);
    disk_.Execute("UPDATE upload SET touched_at = touched_at - interval '61 minutes'");
    // A piece that comes again is a sign of life.
    co_await Add(uploads, id_, 0, "abc");
    EXPECT_EQ(co_await uploads.Sweep(Soon()), 0);
    disk_.Execute("UPDATE upload SET touched_at = touched_at - interval '61 minutes'");
    EXPECT_EQ(co_await uploads.Sweep(Soon()), 1);
    EXPECT_EQ(co_await uploads.Read(Soon(), kept, 0), "abc");
    EXPECT_EQ(co_await Refusal(uploads, account_, PieceOf(id_, 3, "def")),
              "offset OUT_OF_PLACE nothing of the file is here yet: it begins at 0");
  });
}

TEST_F(UploadsTest, ItsWorker_IsTheServices) {
  Run([&](Uploads& uploads, auto&) -> Task<> {
    EXPECT_EQ(uploads.Sweeping().Name(), "test.uploads");
    co_return;
  });
}

}  // namespace
}  // namespace market::uploads
